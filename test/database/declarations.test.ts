import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sqlReader } from "../../core/src/databases/sql-reader.js";
import { foldHandWritten } from "../../core/src/plan/fold-hand-written.js";
import { isRewrittenFor } from "../../core/src/postgresql/development/rewriting-column.js";
import { loadParser } from "../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../core/src/postgresql/read/read-migration.js";
import { serverMajor } from "../support/newer-servers.js";
import { planOf } from "../support/plan-fixture.js";
import { openUserDatabase, type UnitDatabase } from "../support/unit-database.js";
import { fileOf } from "../support/units.js";

// What a statement says of a column is what the phases end with, to the last word.

let database: UnitDatabase;
beforeAll(async () => {
  database = await openUserDatabase({ rows: 3 });
  await database.observer.query(`
    CREATE FUNCTION steady() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION slow() RETURNS int STABLE LANGUAGE sql AS 'SELECT 2';
    CREATE FUNCTION fickle() RETURNS int VOLATILE LANGUAGE plpgsql AS 'BEGIN RETURN 3; END';
    CREATE DOMAIN positive AS int CHECK (VALUE > 0)`);
});
afterAll(() => database?.end());

/** PostgreSQL 16 and later read them in ALTER TABLE … ADD COLUMN. */
const storages = [
  ["text STORAGE EXTERNAL COMPRESSION pglz NOT NULL", "email"],
  [`text STORAGE MAIN COLLATE "C" NOT NULL DEFAULT fickle()::text`, ""],
] as const;

const declarations: readonly (readonly [declaration: string, fill: string])[] = [
  ["serial", ""],
  ["bigserial NOT NULL", ""],
  ...(serverMajor < 16 ? [] : storages),
  ["interval day to second(3) NOT NULL", "'1 day'"],
  ["interval year NOT NULL", "'1 year'"],
  ["bpchar NOT NULL", "email"],
  [`"char" NOT NULL`, "'a'"],
  [`"bit" NOT NULL`, "B'101'"],
  ["timestamp(9) NOT NULL", "now()"],
];

it.each(declarations)("%s", async (declaration, fill) => {
  const { session, observer } = database;
  const sql = `ALTER TABLE "User" ADD COLUMN x ${declaration};`;
  const described = async () => {
    const { rows } = await observer.query(
      `SELECT format_type(atttypid, atttypmod), attnotnull, attstorage, to_jsonb(pg_attribute) -> 'attcompression' AS attcompression, attcollation, pg_get_expr(adbin, adrelid)
         FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = '"User"'::regclass AND attname = 'x'`,
    );
    await observer.query(`ALTER TABLE "User" DROP COLUMN x`);
    return rows;
  };
  // Rows that exist would refuse a required column at once.
  await observer.query(`CREATE TEMPORARY TABLE kept AS SELECT * FROM "User"; TRUNCATE "User"; ${sql}
    INSERT INTO "User" (id, email, name${fill === "" ? "" : ", x"}) SELECT id, email, name${fill === "" ? "" : `, ${fill}`} FROM kept; DROP TABLE kept`);
  const wanted = await described();

  const parser = await loadParser();
  const reader = await sqlReader("postgresql");
  const folded = foldHandWritten(readMigration(sql, "by-hand.sql", parser), "by-hand.sql", reader);
  const plan = await planOf({
    sql: folded.migration.sql,
    columns: fill === "" ? {} : { x: { fill: { kind: "backfill", sql: fill } } },
  });
  const run = async (phase: "expand" | "contract") => {
    for (const { spec } of plan.units.filter((unit) => unit.phase === phase)) await session.query(fileOf(spec));
  };
  await run("expand");
  for (const { name, fill: value } of plan.columns)
    await observer.query(`UPDATE "User" SET ${name} = ${value?.rowSql} WHERE ${name} IS NULL`);
  await run("contract");
  expect(await described()).toEqual(wanted);
});

describe("PostgreSQL says whether it writes every row", () => {
  const defaults: readonly (readonly [declaration: string, isRewritten: boolean | undefined])[] = [
    ["int DEFAULT steady()", false],
    ["int DEFAULT slow() + 1", false],
    ["int DEFAULT fickle()", true],
    ["int DEFAULT CASE WHEN now() > '2020-01-01' THEN greatest(1, steady()) ELSE 2 END", false],
    ["int DEFAULT CASE WHEN now() > '2020-01-01' THEN 1 ELSE greatest(1, random()::int) END", true],
    ["tsvector DEFAULT to_tsvector('english', 'a')", false],
    ["int DEFAULT nullif(steady(), 1)", false],
    ["uuid DEFAULT gen_random_uuid()", true],
    ["int DEFAULT missing()", undefined],
    ["missing DEFAULT 1", undefined],
  ];
  it.each(defaults)("%s", async (declaration, isRewritten) => {
    const { session, observer } = database;
    const sql = `ALTER TABLE "User" ADD COLUMN x ${declaration};`;
    const [operation] = readMigration(sql, "by-hand.sql", await loadParser()).operations;
    if (operation?.kind !== "addColumn") throw new Error("no column");
    const connection = { query: (text: string) => session.query(text), isLost: false } as never;
    const catalogue = async () =>
      (await observer.query(`SELECT count(*) FROM pg_class; SELECT count(*) FROM pg_attribute`)) as unknown;
    const before = JSON.stringify(await catalogue());
    expect(await isRewrittenFor(connection, { name: "User" }, operation.column)).toBe(isRewritten);
    expect(JSON.stringify(await catalogue())).toBe(before);
    // The database agrees with itself.
    if (isRewritten === undefined) return;
    const file = async () => (await observer.query(`SELECT pg_relation_filenode('"User"') AS file`)).rows[0].file;
    const former = await file();
    await observer.query(`BEGIN; ${sql}`);
    expect((await file()) !== former).toBe(isRewritten);
    await observer.query("ROLLBACK");
  });
});
