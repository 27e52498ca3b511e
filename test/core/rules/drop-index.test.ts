import rule from "../../../core/src/rules/drop-index.js";
import { ruleTester } from "../../support/rule-tester.js";

ruleTester(rule, {
  safe: [
    {
      name: "of a table that the database does not have",
      sql: `DROP INDEX "Other_idx";`,
      notice: /waits? for|lock/,
    },
    { name: "with what depends on it", sql: `DROP INDEX "User_team_idx" CASCADE;`, notice: /./ },
    {
      name: "the change builds another one on the table, which may replace it",
      sql: `DROP INDEX "User_team_idx"; CREATE INDEX "User_name_idx" ON "User"("name");`,
      notice: /./,
    },
  ],
  unsafe: [
    {
      name: "prisma 7.10: one phase",
      sql: `-- DropIndex\nDROP INDEX "User_team_idx";\n`,
      consequence: /waits for every query on "User"/,
      ddl: { expand: [/^DROP INDEX CONCURRENTLY IF EXISTS "User_team_idx"/], contract: [] },
    },
    {
      name: "typeorm 1.1.1",
      sql: `DROP INDEX "public"."User_team_idx"`,
      consequence: /waits for every query on "User"/,
      ddl: { expand: [/^DROP INDEX CONCURRENTLY IF EXISTS "public"."User_team_idx"/], contract: [] },
    },
    {
      name: "beside a dropped column",
      sql: `DROP INDEX "User_team_idx"; ALTER TABLE "User" DROP COLUMN "name";`,
      consequence: /waits for every query on "User"/,
      ddl: { expand: [/^DROP INDEX CONCURRENTLY IF EXISTS "User_team_idx"/], contract: [/DROP COLUMN "name"/] },
    },
    {
      name: "with its column",
      sql: `DROP INDEX "User_team_idx"; ALTER TABLE "User" DROP COLUMN "team";`,
      consequence: /goes with its column/,
      ddl: { expand: [/^SELECT 1$/], contract: [/DROP COLUMN "team"/] },
    },
  ],
});
