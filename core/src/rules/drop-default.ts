import { defineRule } from "./rule.js";

export default defineRule({
  id: "drop-default",
  severity: "error",
  summary: "Takes a default away that running code needs to insert",
  on: ["setDefault", "redeclareColumn"],
  claims: ({ kind }) => kind === "breaks-inserts",
  safer: () => ({ words: "keep the default until every running version writes the column" }),
  examples: {
    unsafe: [
      `ALTER TABLE "User" ADD COLUMN "role" TEXT NOT NULL DEFAULT 'member'; ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT;`,
    ],
    safe: [`ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'member';`],
  },
  background: `A required column without a default fails every INSERT that leaves it out. The migrations say whether the column is required; where they do
not show it, Lockstep reports the statement as well. Prisma Client itself writes constant defaults, lists, \`now()\`, \`uuid()\`, \`cuid()\` and
\`@updatedAt\`. For Prisma, Lockstep reports only defaults that the database computes: \`autoincrement()\` and \`dbgenerated()\`. SQL that you
write yourself may still leave out the others.`,
});
