import { defineRule } from "./rule.js";

export default defineRule({
  id: "drop-table",
  severity: "error",
  summary: "Drops a table and its data while running code may still use it",
  on: ["dropTable"],
  safer: () => ({ words: "remove the table from the code and deploy that, then drop it in a later deployment" }),
  examples: {
    unsafe: [`DROP TABLE "Session";`],
    safe: [`CREATE TABLE "Draft" ("id" INT); DROP TABLE "Draft";`],
  },
  background: `The rows are lost and running code fails. PostgreSQL also locks the tables that its foreign keys reference.`,
});
