import { expect, test } from "vitest";
import { consequence } from "../../../core/src/review/check/messages.js";
import { check } from "./support.js";

const history = `CREATE DOMAIN "d" AS TEXT; CREATE DOMAIN "over" AS "d"; CREATE TYPE "pair" AS ("id" INT);
CREATE TABLE "t" ("id" INT PRIMARY KEY, "x" "over"); CREATE TABLE "r" ("id" INT REFERENCES "t" ("id"));
CREATE TABLE "p" ("id" INT) PARTITION BY RANGE ("id"); CREATE TABLE "p1" PARTITION OF "p" FOR VALUES FROM (0) TO (9);
CREATE TABLE "rest" PARTITION OF "p" DEFAULT; CREATE TABLE "heir" ("more" INT) INHERITS ("r"); CREATE TABLE "typed" OF "pair";
CREATE TABLE "c" ("a" INT, "s" INT GENERATED ALWAYS AS ("a") STORED, "v" INT GENERATED ALWAYS AS ("a") VIRTUAL);`;

/** Who waits, where the migrations tell it and where they do not. */
test.each([
  [`ALTER DOMAIN "d" SET NOT NULL;`, /^all rows of "t" are checked while writes wait; fails if one is NULL/],
  [
    `ALTER DOMAIN "old" SET NOT NULL;`,
    /^all values of "old" are checked, and Lockstep cannot determine which tables that locks; fails/,
  ],
  [`REINDEX SCHEMA "public";`, /reads and writes of each table wait meanwhile$/],
  [`ALTER TABLE "t" ALTER COLUMN "id" TYPE BIGINT;`, /while reads and writes of "t" and "r" wait$/],
  [`ALTER TABLE "r" ALTER COLUMN "id" TYPE BIGINT;`, /while reads and writes of "r" and "t" and "heir" wait$/],
  [`ALTER TABLE "old" ALTER COLUMN "id" TYPE BIGINT;`, /a foreign key on the column also locks the other table$/],
  [`DROP TABLE "p1";`, /also locks "p" and "rest"$/],
  [`ALTER TABLE "p" DETACH PARTITION "p1";`, /also locks "p1" and "rest"$/],
  [`ALTER TABLE "old" DETACH PARTITION "part";`, /also locks the default partition, if there is one$/],
  [`ALTER TYPE "pair" ALTER ATTRIBUTE "id" TYPE BIGINT CASCADE;`, /^every row of "typed" is rewritten while reads/],
  [
    `ALTER TABLE "c" ALTER COLUMN "s" SET EXPRESSION AS (1);`,
    /^every row of "c" is rewritten while reads and writes wait$/,
  ],
  [`ALTER TABLE "old" ALTER COLUMN "s" SET EXPRESSION AS (1);`, /reads and writes wait, unless the column is virtual$/],
  [`ALTER TABLE "t" SET ACCESS METHOD "heap";`, /^every row of "t" is rewritten while reads and writes wait$/],
])("%s", async (sql, words) => {
  const { findings } = await check({ migrations: [history, sql] });
  expect(findings.map((finding) => consequence(finding)).join("\n")).toMatch(words);
});

test.each([
  `ALTER TABLE "c" ALTER COLUMN "v" SET EXPRESSION AS (1);`,
  `CREATE FUNCTION "f"() RETURNS TEXT STABLE LANGUAGE sql AS 'SELECT 1'; ALTER TABLE "t" ADD COLUMN "y" TEXT DEFAULT "f"();`,
  `CREATE DOMAIN "unused" AS TEXT; ALTER DOMAIN "unused" SET NOT NULL;`,
  `ALTER TABLE "t" ALTER COLUMN "x" TYPE TEXT;`,
])("nothing for %s", async (sql) => {
  expect((await check({ migrations: [history, sql] })).findings.map((finding) => consequence(finding))).toEqual([]);
});
