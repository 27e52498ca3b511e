import { defineCheckRule } from "../check-rule.js";

export default defineCheckRule({
  id: "add-index",
  severity: "error",
  summary: "CREATE INDEX stops all writes to the table until it is built",
  on: ["createIndex"],
  isMechanical: true,
  safer: ({ sql }, { alone }) => ({
    words: `build it while writes go on${alone}`,
    sql: [sql.replace(/\bINDEX\b(?!\s+CONCURRENTLY)/i, "INDEX CONCURRENTLY")],
  }),
  examples: {
    unsafe: [`CREATE INDEX "User_team_idx" ON "User"("team");`],
    safe: [
      `CREATE INDEX CONCURRENTLY "User_team_idx" ON "User"("team");`,
      `CREATE TABLE "Team" ("id" TEXT); CREATE INDEX "Team_id_idx" ON "Team"("id");`,
    ],
  },
  background: `It holds a SHARE lock for the whole build. CONCURRENTLY lets writes go on, cannot run in a transaction, and leaves an invalid index behind where it fails: drop that before the next try.`,
  mysql: {
    background:
      "Writes go on while an index is built: told are unique ones, which fail where a value is there twice, and FULLTEXT and SPATIAL ones, during whose build writes wait.",
    unsafe: [
      "CREATE UNIQUE INDEX `User_email_key` ON `User`(`email`);",
      "CREATE FULLTEXT INDEX `User_bio_idx` ON `User`(`bio`);",
    ],
    safe: ["CREATE INDEX `User_team_idx` ON `User`(`team`);"],
  },
});
