import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "reindex",
  severity: "error",
  summary: "REINDEX stops writes, and reads that use the index, until it is built",
  on: ["reindex"],
  isMechanical: true,
  safer: ({ sql }, { alone }) => ({
    words: `build it while reads and writes go on${alone}`,
    sql: [sql.replace(/^(REINDEX\s+(?:\([^)]*\)\s*)?(?:INDEX|TABLE|SCHEMA|DATABASE))\s+/i, "$1 CONCURRENTLY ")],
  }),
  examples: {
    unsafe: [`REINDEX TABLE "User";`],
    safe: [`REINDEX TABLE CONCURRENTLY "User";`],
  },
  background: `PostgreSQL 12 and later build the new index beside the old one with CONCURRENTLY.`,
});
