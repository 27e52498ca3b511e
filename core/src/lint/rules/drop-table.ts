import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "drop-table",
  severity: "error",
  summary: "Drops a table and its data, while code that is running may still use it",
  on: ["dropTable"],
  safer: () => ({ words: "let the code stop using the table first, deploy that, and drop it in a later deployment" }),
  examples: {
    unsafe: [`DROP TABLE "Session";`],
    safe: [`CREATE TABLE "Draft" ("id" INT); DROP TABLE "Draft";`],
  },
  background: `The rows are gone, running code fails, and the tables that its foreign keys lead to are locked as well.`,
});
