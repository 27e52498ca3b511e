import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { changesCatalogueOnly } from "../../core/src/postgresql/type-change.js";
import { createDatabase, type TestDatabase } from "../support/database.js";

// Every change between these types is made, and the files of the table and of an index on the column are looked at: those of a change
// that touches the catalogue alone stay, and no other change leaves them.

const types = `character varying(10)|character varying(20)|character varying|text|character(10)|character(20)
bit(5)|bit varying(5)|bit varying(9)|bit varying|integer|bigint|oid|double precision
numeric|numeric(10,0)|numeric(10,2)|numeric(12,2)|numeric(12,4)|date|uuid|json|jsonb|xml|cidr|inet
timestamp(3) without time zone|timestamp(6) without time zone|timestamp without time zone|timestamp(3) with time zone|timestamp with time zone
time(0) without time zone|time without time zone|time(3) with time zone|time with time zone|interval(2)|interval(4)|interval(6)|interval
character varying(10)[]|character varying(20)[]|character varying[]|text[]|numeric(10,2)[]|numeric(12,2)[]|numeric[]|cidr[]|inet[]
timestamp(3) without time zone[]|timestamp(6) without time zone[]|timestamp without time zone[]|bit varying(5)[]|bit varying[]`.split(
  /[|\n]/,
);

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createDatabase("type_change");
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  // Between the two timestamps UTC makes no difference, so there nothing would be written.
  await client.query("SET TimeZone = 'Europe/Berlin'");
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

async function files(): Promise<unknown> {
  const { rows } = await client.query(
    "SELECT pg_relation_filenode('t') AS table, pg_relation_filenode(to_regclass('i')) AS index",
  );
  return rows[0];
}

/** Whether the change leaves the files; undefined where PostgreSQL refuses it without a conversion. */
async function leavesFiles(from: string, to: string): Promise<boolean | undefined> {
  await client.query(`BEGIN; CREATE TABLE t (x ${from})`);
  try {
    // json, xml and point have no order.
    await client.query("SAVEPOINT s; CREATE INDEX i ON t (x)").catch(() => client.query("ROLLBACK TO s"));
    const before = await files();
    await client.query(`ALTER TABLE t ALTER COLUMN x TYPE ${to}`);
    return JSON.stringify(await files()) === JSON.stringify(before);
  } catch {
    return undefined;
  } finally {
    await client.query("ROLLBACK");
  }
}

it.each(types)("from %s", async (from) => {
  const found: string[] = [];
  const told: string[] = [];
  for (const to of types.filter((type) => type !== from)) {
    if (await leavesFiles(from, to)) found.push(to);
    if (changesCatalogueOnly(from, to)) told.push(to);
  }
  expect(told).toEqual(found);
});
