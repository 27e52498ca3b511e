import { defineRule } from "./rule.js";

export default defineRule({
  id: "reindex",
  severity: "error",
  summary: "REINDEX blocks writes, and reads that use the index, during the build",
  on: ["reindex"],
  isMechanical: true,
  safer: ({ sql }, { alone }) => ({
    words: `build it while reads and writes continue${alone}`,
    sql: [sql.replace(/^(REINDEX\s+(?:\([^)]*\)\s*)?(?:INDEX|TABLE|SCHEMA|DATABASE))\s+/i, "$1 CONCURRENTLY ")],
  }),
  examples: {
    unsafe: [`REINDEX TABLE "User";`],
    safe: [`REINDEX TABLE CONCURRENTLY "User";`],
  },
  background: `With CONCURRENTLY, PostgreSQL 12 and later build the new index before they drop the old one.`,
});
