import { defineRule } from "./rule.js";

export default defineRule({
  id: "drop-index",
  severity: "warning",
  summary: "Drops an index under a lock that blocks reads and writes",
  on: ["dropIndex"],
  isMechanical: true,
  safer: ({ sql }, { alone }) => {
    const words = `first check that no query uses it, then drop it while reads and writes continue${alone}`;
    // CONCURRENTLY only supports one index, and no CASCADE.
    if (/\bCASCADE\b/i.test(sql)) return { words };
    return { words, sql: [sql.replace(/^DROP\s+INDEX\b/i, "DROP INDEX CONCURRENTLY")] };
  },
  examples: {
    unsafe: [`DROP INDEX "User_team_idx";`],
    safe: [`DROP INDEX CONCURRENTLY "User_team_idx";`],
  },
  background: `The statement waits for every query on the table, and all later queries wait behind it. Queries that used the index become slow.`,
});
