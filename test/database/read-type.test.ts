import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadParser } from "../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../core/src/postgresql/read/read-migration.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { serverMajor } from "../support/newer-servers.js";

// The frame's assertions compare a column's type with what format_type prints: both must say the same, for every type that Prisma
// can write (psl, native types of PostgreSQL) and TypeORM (createFullType of its driver), and lists of them.

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createDatabase("read_type");
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`CREATE TYPE "Role" AS ENUM ('A'); CREATE TYPE mood AS ENUM ('A'); CREATE SCHEMA "Auth";
    CREATE TYPE "Auth"."Role" AS ENUM ('A'); CREATE TYPE "Auth".kind AS ENUM ('A')`);
  // A type with a length of its own, as extensions have them.
  await client.query(`CREATE TYPE vector;
    CREATE FUNCTION vector_in(cstring, oid, int) RETURNS vector LANGUAGE internal IMMUTABLE STRICT AS 'varcharin';
    CREATE FUNCTION vector_out(vector) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'varcharout';
    CREATE TYPE vector (INPUT = vector_in, OUTPUT = vector_out, TYPMOD_IN = varchartypmodin, TYPMOD_OUT = varchartypmodout)`);
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

const types =
  `SMALLINT|INTEGER|BIGINT|DECIMAL(65,30)|DECIMAL(10,2)|DECIMAL(10)|DECIMAL|NUMERIC(4,0)|MONEY|INET|OID|REAL|DOUBLE PRECISION
VARCHAR(64)|VARCHAR|CHAR(2)|CHAR|TEXT|BYTEA|TIMESTAMP(3)|TIMESTAMP(6)|TIMESTAMP|TIMESTAMPTZ(6)|TIMESTAMPTZ|DATE|TIME(6)|TIME|TIMETZ(3)|TIMETZ
BOOLEAN|BIT(8)|BIT|VARBIT(8)|VARBIT|UUID|XML|JSON|JSONB|"Role"|mood|"Auth"."Role"|"Auth".kind
float4|float8|int|int2|int4|int8|bool|varchar(3)|character varying(3)|character(3)|timestamp(0) with time zone|time(0) without time zone
interval|interval(3)|int4range|int8range|numrange|tsrange|tstzrange|daterange|point|line|lseg|box|path|polygon|circle|cidr
macaddr|macaddr8|tsvector|tsquery|vector(3)|jsonpath|character varying(100)|numeric(10)|TIME WITH TIME ZONE|TIMESTAMP(3) WITH TIME ZONE
bpchar|bpchar(5)|"char"|"bit"|"bit"(3)|varbit(3)|timestamp(9)|time(9) with time zone|interval(9)${serverMajor < 15 ? "" : "|numeric(5,-2)"}
${["year", "month", "day", "hour", "minute", "second", "second(3)", "year to month", "day to hour", "day to minute", "day to second", "day to second(3)", "hour to minute", "hour to second(2)", "minute to second"].map((fields) => `interval ${fields}`).join("|")}`
    .split(/[|\n]/)
    .flatMap((type) => [type, `${type}[]`, `${type} array`]);

it.each(types)("%s", async (type) => {
  const [operation] = readMigration(
    `ALTER TABLE "T" ADD COLUMN "x" ${type};`,
    "migration.sql",
    await loadParser(),
  ).operations;
  await client.query(`BEGIN; CREATE TABLE "T" ("x" ${type})`);
  const { rows } = await client.query(
    `SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = '"T"'::regclass AND attname = 'x'`,
  );
  expect(operation).toMatchObject({ kind: "addColumn", column: rows[0] });
  // What a unit makes of it is the same type.
  await client.query(`ALTER TABLE "T" ADD COLUMN "y" ${rows[0].type}`);
  const again = await client.query(
    `SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = '"T"'::regclass AND attname = 'y'`,
  );
  await client.query("ROLLBACK");
  expect(again.rows).toEqual(rows);
});
