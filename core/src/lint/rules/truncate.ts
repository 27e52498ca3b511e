import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "truncate",
  severity: "error",
  summary: "Deletes every row of a table",
  on: ["truncate"],
  safer: () => ({
    words: "make sure that nobody needs the rows; delete them in batches where code is using the table",
  }),
  examples: {
    unsafe: [`TRUNCATE "Session";`],
    safe: [`CREATE TABLE "Draft" ("id" INT); TRUNCATE "Draft";`],
  },
  background: `It takes an ACCESS EXCLUSIVE lock, and with CASCADE also empties tables that are not named.`,
});
