import { judge, loadParser, readMigration } from "@lockstep/core";
import { expect, test } from "vitest";
import { noticeWords } from "../../../core/src/review/verdict-words.js";

// What no rule rewrites: silence where nobody is disturbed, otherwise one notice with its reason.
type Judged = readonly [sql: string, reason: RegExp | undefined];
const cases: readonly Judged[] = [
  [`CREATE SCHEMA IF NOT EXISTS "shop"`, undefined],
  [`CREATE EXTENSION IF NOT EXISTS "citext"`, undefined],
  [`COMMENT ON COLUMN "User"."email" IS 'where mail goes'`, undefined],
  [`CREATE TYPE "Role" AS ENUM ('a')`, undefined],
  [`ALTER TABLE "User" ALTER COLUMN "email" DROP NOT NULL`, undefined],
  [`ALTER TABLE "User" DROP COLUMN "email"`, /loses the column's data/],
  [
    `ALTER TABLE "User" ALTER COLUMN "email" SET NOT NULL`,
    /all rows of "User" are checked .* fails if one is NULL, and so does running code/,
  ],
  [
    `ALTER TABLE "User" RENAME COLUMN "a" TO "b"`,
    /code that says "a" fails from then on, code that says "b" until then/,
  ],
  [`ALTER TABLE "User" RENAME TO "Person"`, /is not understood \(RENAME TABLE\)/],
  [`ALTER TABLE "User" RENAME CONSTRAINT "a" TO "b"`, undefined],
  [`ALTER INDEX "a" RENAME TO "b"`, undefined],
  [`ALTER TYPE "Role" RENAME TO "Kind"`, /code that names the type "Role" fails/],
  [`DROP TYPE "Role"`, undefined],
  [`DROP TABLE "Team"`, /locks the tables that its foreign keys lead to as well/],
  [`ALTER TABLE "User" DROP CONSTRAINT "k"`, /takes a lock on the table, and on the other one of a foreign key;/],
  [`DROP TYPE "Role" CASCADE`, /is not understood \(DROP TYPE CASCADE\)/],
  [`DROP SCHEMA "shop" CASCADE`, /is not understood \(DROP SCHEMA CASCADE\)/],
  [`CREATE SEQUENCE "s" OWNED BY "User"."id"`, undefined],
  [`CREATE VIEW "v" AS SELECT 1`, undefined],
  [`CREATE MATERIALIZED VIEW "v" AS SELECT 1; CREATE INDEX "i" ON "v" ("a")`, undefined],
  [`DROP VIEW "v"`, /code that still reads it fails/],
  [`DROP VIEW "v"; CREATE VIEW "v" AS SELECT 2`, undefined],
  [`INSERT INTO "User" ("id") VALUES (1), (2)`, undefined],
  [`INSERT INTO "User" ("id") SELECT 1`, /as many rows as its query says/],
  [`INSERT INTO "User" ("id") VALUES (1) ON CONFLICT ("id") DO UPDATE SET "id" = 2`, /as many rows/],
  [`DELETE FROM "User" WHERE "id" = $1`, /deletes rows inside a migration/],
  [`DELETE FROM "typeorm_metadata" WHERE "type" = $1`, undefined],
  [
    `ALTER TABLE "User" ADD CONSTRAINT "k" UNIQUE ("a", "b")`,
    /reads and writes of "User" wait until its index is built/,
  ],
  [`ALTER TABLE "User" ADD CONSTRAINT "k" UNIQUE USING INDEX "i"`, undefined],
  [`ALTER TABLE "User" ADD PRIMARY KEY USING INDEX "i"`, /unless a constraint says already what they are/],
  [`CREATE TABLE "T" ("a" int); ALTER TABLE "T" ADD CONSTRAINT "k" UNIQUE ("a")`, undefined],
  [`ALTER TABLE "User" ADD CONSTRAINT "c" CHECK ("a" > 0)`, /all rows of "User" are checked/],
  [`ALTER TABLE "User" ADD CONSTRAINT "c" CHECK ("a" > 0) NOT VALID`, undefined],
  [`ALTER TABLE "User" ADD CONSTRAINT "x" EXCLUDE USING gist ("a" WITH &&)`, /two rows exclude each other/],
  [`ALTER TABLE "User" ALTER COLUMN "a" TYPE TEXT`, /may write every row of "User" again/],
  [
    `CREATE TYPE "K" AS ENUM ('a'); ALTER TABLE "User" ALTER COLUMN "a" TYPE "K" USING "a"::text::"K"`,
    /every row of "User" is written again/,
  ],
  [
    `ALTER TYPE "K" ADD VALUE 'b'; ALTER TABLE "User" ALTER COLUMN "a" SET DEFAULT 'b'`,
    /fails if it runs in the transaction that adds "b" to the enum "K"/,
  ],
  [`ALTER TYPE "K" ADD VALUE 'b'; ALTER TABLE "User" ALTER COLUMN "a" SET DEFAULT 'a'`, undefined],
  [`TRUNCATE "User"`, /loses the table's data/],
  [`BEGIN; SET LOCAL lock_timeout = '1s'; COMMIT`, undefined],
  [`CREATE FUNCTION "f"() RETURNS int LANGUAGE sql AS 'SELECT 1'`, undefined],
  [`CREATE TRIGGER "g" BEFORE INSERT ON "User" FOR EACH ROW EXECUTE FUNCTION "f"()`, undefined],
  [`ALTER TABLE "User" VALIDATE CONSTRAINT "c"`, undefined],
  [`REINDEX INDEX "i"`, /reads and writes of "i" wait until its index is built/],
  [`REINDEX INDEX CONCURRENTLY "i"`, undefined],
  [`SELECT setval(pg_get_serial_sequence('"User"', 'id'), (SELECT max("id") FROM "User"))`, undefined],
  [`SELECT "backfill_users"()`, /calls backfill_users\(\)/],
  [`WITH "x" AS (UPDATE "User" SET "a" = 1 RETURNING "id") SELECT * FROM "x"`, /changes rows inside a migration/],
  [`WITH "x" AS (DELETE FROM "User" RETURNING "id") INSERT INTO "Log" VALUES (1)`, /deletes rows inside a migration/],
  [`CREATE TABLE "p1" PARTITION OF "p" FOR VALUES IN (1)`, /reads and writes of "p" wait/],
  [`ALTER TABLE "p" ATTACH PARTITION "p1" FOR VALUES IN (1)`, /all rows of "p1" are checked/],
  [`CREATE TABLE "p1" ("a" int); ALTER TABLE "p" ATTACH PARTITION "p1" FOR VALUES IN (1)`, undefined],
  [`ALTER TABLE "p" DETACH PARTITION "p1"`, /no longer sees the rows of "p1"/],
  [
    `CREATE TABLE IF NOT EXISTS "T" ("a" int); ALTER TABLE "T" ADD CONSTRAINT "k" UNIQUE ("a")`,
    /wait until its index is built/,
  ],
  [`DROP TABLE "T"; CREATE TABLE IF NOT EXISTS "T" ("a" int); CREATE INDEX "i" ON "T" ("a")`, /loses the table's data/],
  [`ALTER TABLE "User" ADD COLUMN "x" INT DEFAULT NULL`, undefined],
  [`ALTER TABLE "User" ADD COLUMN "x" INT REFERENCES "Team"`, undefined],
  [
    `ALTER TABLE "User" ADD COLUMN "x" INT DEFAULT 1 REFERENCES "Team"`,
    /all rows of "User" are checked while reads and writes of "User" and writes of "Team" wait/,
  ],
  [`ALTER TABLE "User" ADD COLUMN "x" INT CHECK ("x" > 0)`, /all rows of "User" are checked/],
  [
    `ALTER TABLE "User" ADD COLUMN "x" INT NOT NULL REFERENCES "Team"`,
    /^fails if there is a row; running code that does not know "x" can no longer insert$/,
  ],
  [`ALTER TABLE "User" ADD COLUMN "x" INT NOT NULL CHECK ("x" > 0)`, /^fails if there is a row/],
  [
    `ALTER TABLE "User" ADD COLUMN "x" INT NOT NULL DEFAULT 1; ALTER TABLE "User" ALTER COLUMN "x" DROP DEFAULT`,
    /code that does not know "x" can no longer insert/,
  ],
  [`ALTER TABLE "User" ADD COLUMN "x" INT DEFAULT 1; ALTER TABLE "User" ALTER COLUMN "x" DROP DEFAULT`, undefined],
  [`ALTER TABLE "User" ADD COLUMN "x" "short"`, /if its type is a domain with a check/],
  [`CREATE DOMAIN "short" AS text; ALTER TABLE "User" ADD COLUMN "x" "short"`, undefined],
  [
    `CREATE DOMAIN "short" AS text NOT NULL; ALTER TABLE "User" ADD COLUMN "x" "short" DEFAULT 'a'`,
    /^its type is a domain with a check of its own: every row of "User" is written again/,
  ],
  [`ALTER TABLE "User" ADD COLUMN "x" "short"[]`, undefined],
  [`ALTER TYPE "K" ADD VALUE 'b'; ALTER TABLE "User" ADD COLUMN "k" "K", ADD COLUMN "x" text DEFAULT 'b'`, undefined],
  ...[
    `INSERT INTO "T" VALUES ('b')`,
    `CREATE VIEW "v" AS SELECT 'b'::"K"`,
    `CREATE INDEX CONCURRENTLY "i" ON "User" ("a") WHERE "k" = 'b'`,
    `CREATE TABLE "T" ("k" "K" CHECK ("k" <> 'b'))`,
    `CREATE TABLE "T" ("k" "K" DEFAULT 'b')`,
    `ALTER TABLE "User" ADD CONSTRAINT "c" CHECK ("k" <> 'b') NOT VALID`,
    `CREATE FUNCTION "f"() RETURNS "K" LANGUAGE sql AS $$ SELECT 'b'::"K" $$`,
  ].flatMap((use): Judged[] => [
    [`ALTER TYPE "K" ADD VALUE 'b'; ${use}`, /fails if it runs in the transaction that adds "b" to the enum "K"/],
    [`ALTER TYPE "K" ADD VALUE 'b'; COMMIT; ${use}`, undefined],
    [`CREATE TYPE "K" AS ENUM (); ALTER TYPE "K" ADD VALUE 'b'; ${use}`, undefined],
  ]),
  [`DROP INDEX CONCURRENTLY "i"`, undefined],
  [`DROP INDEX CONCURRENTLY "i"; COMMENT ON TABLE "T" IS 'x'`, /fails inside a transaction/],
  [`ALTER TABLE "p" DETACH PARTITION "p1" CONCURRENTLY; SELECT 1`, /fails inside a transaction/],
  [`ALTER TABLE "User" VALIDATE CONSTRAINT "c"; ALTER TABLE "User" ALTER "a" SET NOT NULL`, /unless a constraint says/],
  [
    `ALTER TABLE "User" ADD CONSTRAINT "c" CHECK ("a" IS NOT NULL) NOT VALID; ALTER TABLE "User" VALIDATE CONSTRAINT "c"; ALTER TABLE "User" ALTER "a" SET NOT NULL`,
    /^all rows of "User" are checked while reads and writes wait$/,
  ],
  [
    `ALTER TABLE "User" ADD CONSTRAINT "c" CHECK ("a" IS NOT NULL) NOT VALID; COMMIT; ALTER TABLE "User" VALIDATE CONSTRAINT "c"; ALTER TABLE "User" ALTER "a" SET NOT NULL`,
    undefined,
  ],
  [
    `ALTER TABLE "User" ADD CONSTRAINT "c" CHECK ("b" IS NOT NULL) NOT VALID; COMMIT; ALTER TABLE "User" VALIDATE CONSTRAINT "c"; ALTER TABLE "User" ALTER "a" SET NOT NULL`,
    /all rows of "User" are checked .*fails if one is NULL/,
  ],
];

test.each(cases)("%s", async (sql, reason) => {
  const { notices, findings } = judge(readMigration(`${sql};`, "migration.sql", await loadParser()));
  expect(findings).toEqual([]);
  if (reason === undefined) expect(notices).toEqual([]);
  else {
    expect(notices).toMatchObject([{ line: 1 }]);
    expect(notices.map(noticeWords).join("\n")).toMatch(reason);
  }
});

test("a notice shows a clause with its table", async () => {
  const sql = `ALTER TABLE ONLY "app"."User" ADD "a" TEXT, DROP COLUMN "b",\n  ALTER "c" TYPE INT;\nDROP TABLE "Team";`;
  const { notices } = judge(readMigration(sql, "migration.sql", await loadParser()));
  expect(notices.map((notice) => `${notice.line} ${notice.sql}`)).toEqual([
    `1 ALTER TABLE ONLY "app"."User" DROP COLUMN "b"`,
    `2 ALTER TABLE ONLY "app"."User" ALTER "c" TYPE INT`,
    `3 DROP TABLE "Team"`,
  ]);
});

test.each([
  ["character varying(10)", `TYPE character varying(20)`, []],
  ["numeric(10,2)", `TYPE numeric(12,2)`, []],
  [
    "character varying(20)",
    `TYPE character varying(10)`,
    [
      'every row of "User" is written again while reads and writes wait; fails if a value cannot be converted, and so does running code that writes one',
    ],
  ],
  [
    "character varying(10)",
    `TYPE text COLLATE "C"`,
    [
      'every row of "User" is written again while reads and writes wait; fails if a value cannot be converted, and so does running code that writes one',
    ],
  ],
])("with the former type %s known: %s", async (former, clause, reasons) => {
  const migration = readMigration(
    `ALTER TABLE "User" ALTER COLUMN "a" ${clause};`,
    "migration.sql",
    await loadParser(),
  );
  const { notices } = judge(migration, { formerType: () => former });
  expect(notices.map(noticeWords)).toEqual(reasons);
});

test("tables that a foreign key joins are told by name where somebody knows them", async () => {
  const keys = [
    { name: "fk", table: { name: "User" }, columns: ["teamId"], references: { name: "Team" } },
    { name: "own", table: { name: "User" }, columns: ["bossId"], references: { name: "User" } },
  ];
  const sql = `ALTER TABLE "User" DROP CONSTRAINT "fk"; ALTER TABLE "User" DROP COLUMN "teamId"; DROP TABLE "User"; ALTER TABLE "User" DROP CONSTRAINT "other";`;
  const { notices } = judge(readMigration(sql, "migration.sql", await loadParser()), { foreignKeys: () => keys });
  expect(notices.map((notice) => /locks .* as well/.exec(noticeWords(notice))?.[0])).toEqual([
    `locks "Team" as well`,
    `locks "Team" as well`,
    `locks "Team" as well`,
    undefined,
  ]);
});

test("over a domain with a check no plan is made: every row would be written in its first phase", async () => {
  const sql = `ALTER TABLE "User" ADD COLUMN "x" "short" NOT NULL; CREATE INDEX "i" ON "User" ("x");`;
  const migration = readMigration(sql, "migration.sql", await loadParser());
  const found = (kind: "plain" | "checked") => judge(migration, { typeKind: () => kind }).findings.length;
  expect([found("plain"), found("checked")]).toEqual([2, 0]);
});

test.each([
  [`CREATE INDEX CONCURRENTLY "i" ON "User" ("a")`, 0],
  [`CREATE INDEX CONCURRENTLY "i" ON "User" ("a"); CREATE INDEX CONCURRENTLY "j" ON "User" ("b")`, 2],
])("in a file that stays as it is written: %s", async (sql, count) => {
  const migration = readMigration(`${sql};`, "migration.sql", await loadParser());
  const told = (isAsWritten: boolean) =>
    judge(migration, { isAsWritten }).notices.filter((each) => /fails inside a transaction/.test(noticeWords(each)));
  expect([told(true).length, told(false).length]).toEqual([count, 0]);
});
