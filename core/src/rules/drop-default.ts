import { defineRule } from "./rule.js";

export default defineRule({
  id: "drop-default",
  severity: "error",
  summary: "Drops a default that running code needs to insert rows",
  on: ["setDefault", "redeclareColumn"],
  claims: ({ kind }) => kind === "breaks-inserts",
  safer: () => ({ words: "keep the default until every running version writes the column" }),
  examples: {
    unsafe: [
      `ALTER TABLE "User" ADD COLUMN "role" TEXT NOT NULL DEFAULT 'member'; ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT;`,
    ],
    safe: [`ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'member';`],
  },
  background: `If a required column has no default, every INSERT that omits it fails. The migrations show whether the column is required. If they do not,
Lockstep reports the statement too. Prisma Client writes constant defaults, lists, \`now()\`, \`uuid()\`, \`cuid()\` and \`@updatedAt\` itself. For
Prisma, Lockstep reports only defaults that the database computes: \`autoincrement()\` and \`dbgenerated()\`. Your own SQL may still omit the
others.`,
});
