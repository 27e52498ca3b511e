import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "rewrite-table",
  severity: "error",
  summary: "Writes a table, or an index, again while nobody can read or write it",
  on: ["form", "addColumn", "dropColumn", "redeclareColumn"],
  claims: (concern, { kind }) =>
    kind === "form"
      ? concern.kind === "rewrites" || concern.kind === "scans" || concern.kind === "fails-on-rows"
      : concern.kind === "rewrites" && concern.why === "fulltext",
  safer: () => ({
    words:
      "do it outside of migrations, with pg_repack or on a new table; a materialized view is refreshed CONCURRENTLY",
  }),
  examples: {
    unsafe: [`VACUUM FULL "User";`, `ALTER TABLE "User" SET UNLOGGED;`, `REFRESH MATERIALIZED VIEW "totals";`],
    safe: [`VACUUM "User";`, `REFRESH MATERIALIZED VIEW CONCURRENTLY "totals";`],
  },
  background: `The table is copied row by row under an ACCESS EXCLUSIVE lock: every query waits until the copy is done.`,
  mysql: {
    background:
      "ENGINE=InnoDB, FORCE and ROW_FORMAT rebuild the table while writes go on. CONVERT TO CHARACTER SET and partitions copy it. Where it has a FULLTEXT index, adding or dropping any column writes it again while writes wait.",
    unsafe: ["ALTER TABLE `User` CONVERT TO CHARACTER SET utf8mb4;"],
    safe: ["ALTER TABLE `User` ENGINE=InnoDB;"],
  },
});
