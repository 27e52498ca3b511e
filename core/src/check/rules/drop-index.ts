import { quoteTable } from "../../sql/postgres/quote.js";
import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "drop-index",
  severity: "warning",
  summary: "Drops an index under a lock that stops reads and writes",
  on: ["dropIndex"],
  isMechanical: true,
  safer: ({ name }, { alone }) => ({
    words: `drop it while reads and writes go on${alone}; look first whether queries use it`,
    sql: [`DROP INDEX CONCURRENTLY ${quoteTable(name)}`],
  }),
  examples: {
    unsafe: [`DROP INDEX "User_team_idx";`],
    safe: [`DROP INDEX CONCURRENTLY "User_team_idx";`],
  },
  background: `It waits for every query that uses the table, and all that come after wait behind it. Queries that used the index become slow.`,
});
