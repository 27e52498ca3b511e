import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "drop-default",
  severity: "error",
  summary: "Takes a default away that running code needs to insert",
  on: ["setDefault"],
  safer: () => ({ words: "keep the default until every running version writes the column" }),
  examples: {
    unsafe: [
      `ALTER TABLE "User" ADD COLUMN "role" TEXT NOT NULL DEFAULT 'member'; ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT;`,
    ],
    safe: [`ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'member';`],
  },
  background: `A required column without a default fails every INSERT of a version that does not know it.`,
});
