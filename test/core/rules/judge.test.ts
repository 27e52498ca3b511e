import { judge, loadParser, readMigration } from "@lockstep/core";
import { expect, test } from "vitest";

// What no rule rewrites: silence where nobody is disturbed, otherwise one notice with its reason.
const cases: readonly (readonly [sql: string, reason: RegExp | undefined])[] = [
  [`CREATE SCHEMA IF NOT EXISTS "shop"`, undefined],
  [`CREATE EXTENSION IF NOT EXISTS "citext"`, undefined],
  [`COMMENT ON COLUMN "User"."email" IS 'where mail goes'`, undefined],
  [`CREATE TYPE "Role" AS ENUM ('a')`, undefined],
  [`ALTER TABLE "User" ALTER COLUMN "email" DROP NOT NULL`, undefined],
  [`ALTER TABLE "User" DROP COLUMN "email"`, /loses the column's data/],
  [`ALTER TABLE "User" ALTER COLUMN "email" SET NOT NULL`, /all rows are checked/],
  [`ALTER TABLE "User" RENAME COLUMN "a" TO "b"`, /is not understood/],
  [`TRUNCATE "User"`, /is not understood/],
];

test.each(cases)("%s", async (sql, reason) => {
  const { notices, findings } = judge(readMigration(`${sql};`, "migration.sql", await loadParser()));
  expect(findings).toEqual([]);
  if (reason === undefined) expect(notices).toEqual([]);
  else expect(notices).toMatchObject([{ line: 1, reason: expect.stringMatching(reason) }]);
});
