import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "drop-index",
  severity: "warning",
  summary: "Drops an index under a lock that stops reads and writes",
  on: ["dropIndex"],
  isMechanical: true,
  safer: ({ sql }, { alone }) => {
    const words = `drop it while reads and writes go on${alone}; look first whether queries use it`;
    // CONCURRENTLY takes one index, and no CASCADE.
    if (/\bCASCADE\b/i.test(sql)) return { words };
    return { words, sql: [sql.replace(/^DROP\s+INDEX\b/i, "DROP INDEX CONCURRENTLY")] };
  },
  examples: {
    unsafe: [`DROP INDEX "User_team_idx";`],
    safe: [`DROP INDEX CONCURRENTLY "User_team_idx";`],
  },
  background: `It waits for every query that uses the table, and all that come after wait behind it. Queries that used the index become slow.`,
});
