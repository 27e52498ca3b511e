import { defineRule } from "./rule.js";

export default defineRule({
  id: "drop-column",
  severity: "error",
  summary: "Drops a column and its data while running code may still use it",
  on: ["dropColumn"],
  safer: () => ({ words: "remove the column from the code and deploy that, then drop it in a later deployment" }),
  examples: {
    unsafe: [`ALTER TABLE "User" DROP COLUMN "nickname";`],
    safe: [`CREATE TABLE "User" ("id" INT, "nickname" TEXT); ALTER TABLE "User" DROP COLUMN "nickname";`],
  },
  background: `ORMs name every column of a model in each SELECT and INSERT. Old instances fail from the migration until they are replaced. Only a backup brings the values back.`,
});
