import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "drop-column",
  severity: "error",
  summary: "Drops a column and its data, while code that is running may still name it",
  on: ["dropColumn"],
  safer: () => ({ words: "let the code stop using the column first, deploy that, and drop it in a later deployment" }),
  examples: {
    unsafe: [`ALTER TABLE "User" DROP COLUMN "nickname";`],
    safe: [`CREATE TABLE "User" ("id" INT, "nickname" TEXT); ALTER TABLE "User" DROP COLUMN "nickname";`],
  },
  background: `ORMs name every column of a model in each SELECT and INSERT: the version that runs while the migration is deployed fails until it is replaced. The values are gone, and going back needs a backup.`,
});
