import { defineRule } from "./rule.js";

export default defineRule({
  id: "truncate",
  severity: "error",
  summary: "Deletes every row of a table",
  on: ["truncate"],
  safer: () => ({
    words: "make sure that the rows are not needed; if code uses the table, delete them in batches",
  }),
  examples: {
    unsafe: [`TRUNCATE "Session";`],
    safe: [`CREATE TABLE "Draft" ("id" INT); TRUNCATE "Draft";`],
  },
  background: `TRUNCATE takes an ACCESS EXCLUSIVE lock. With CASCADE it also empties tables that the statement does not name.`,
});
