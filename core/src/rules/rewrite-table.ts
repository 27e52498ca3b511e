import { defineRule } from "./rule.js";

export default defineRule({
  id: "rewrite-table",
  severity: "error",
  summary: "Rewrites a table or an index and blocks reads and writes",
  on: ["form", "addColumn", "dropColumn", "redeclareColumn"],
  claims: (concern, { kind }) =>
    kind === "form"
      ? concern.kind === "rewrites" || concern.kind === "scans" || concern.kind === "fails-on-rows"
      : concern.kind === "rewrites" && concern.why === "fulltext",
  safer: () => ({
    words: "do it outside migrations, with pg_repack or on a new table; refresh a materialized view CONCURRENTLY",
  }),
  examples: {
    unsafe: [`VACUUM FULL "User";`, `ALTER TABLE "User" SET UNLOGGED;`, `REFRESH MATERIALIZED VIEW "totals";`],
    safe: [`VACUUM "User";`, `REFRESH MATERIALIZED VIEW CONCURRENTLY "totals";`],
  },
  background: `PostgreSQL copies the table row by row under an ACCESS EXCLUSIVE lock: every query waits until the copy is done.`,
  mysql: {
    background:
      "ENGINE=InnoDB, FORCE and ROW_FORMAT rebuild the table while writes continue. CONVERT TO CHARACTER SET and partitions copy it. If the table has a FULLTEXT index, adding or dropping any column rewrites it and blocks writes.",
    unsafe: ["ALTER TABLE `User` CONVERT TO CHARACTER SET utf8mb4;"],
    safe: ["ALTER TABLE `User` ENGINE=InnoDB;"],
  },
});
