import { createRequire } from "node:module";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import type postgresJs from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { codeSql } from "../../core/src/postgresql/code-sql/index.js";
import { createDatabase, type TestDatabase } from "../support/database.js";

// What the search for prepared statements stands on: what fails on an open connection once a table gets or loses a column.

/** It comes with Prisma's CLI. */
const postgres: typeof postgresJs = createRequire(createRequire(import.meta.url).resolve("prisma/package.json"))(
  "postgres",
);

let database: TestDatabase;
let admin: pg.Client;
let client: pg.Client;

beforeAll(async () => {
  database = await createDatabase("prepared");
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  await codeSql.load();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});
beforeEach(async () => {
  await admin.query(`DROP TABLE IF EXISTS "Device", "User", "Archive";
    CREATE TABLE "User" (id int PRIMARY KEY);
    CREATE TABLE "Device" (id int PRIMARY KEY, name varchar(10), old int, "user" int);
    CREATE TABLE "Archive" (id int, name varchar(10), old int, "user" int);
    INSERT INTO "User" VALUES (1);
    INSERT INTO "Device" VALUES (1, 'a', 3, 1)`);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterEach(() => client.end());

const add = `ALTER TABLE "Device" ADD COLUMN nick text`;
const all = `SELECT * FROM "Device" WHERE id = $1`;
const fails = { code: "0A000", message: "cached plan must not change result type" };

test.each([
  ["an added column", add, "fails"],
  ["a dropped column", `ALTER TABLE "Device" DROP COLUMN old`, "fails"],
  ["another type", `ALTER TABLE "Device" ALTER COLUMN old TYPE bigint`, "fails"],
  ["a longer varchar", `ALTER TABLE "Device" ALTER COLUMN name TYPE varchar(20)`, "fails"],
  ["another name", `ALTER TABLE "Device" RENAME COLUMN old TO older`, "fails"],
  [
    "NOT NULL and its check, as contract sets them",
    `ALTER TABLE "Device" ADD CHECK (name IS NOT NULL), ALTER COLUMN name SET NOT NULL`,
    "works",
  ],
])("a named statement with * after %s", async (_, change, outcome) => {
  const query = { name: "find", text: all, values: [1] };
  await client.query(query);
  await admin.query(change);
  if (outcome === "works") expect((await client.query(query)).rows).toHaveLength(1);
  else {
    await expect(client.query(query)).rejects.toMatchObject(fails);
    // The driver keeps the name: nothing but another connection, or another name, helps.
    await expect(client.query(query)).rejects.toMatchObject(fails);
    expect((await client.query(all, [1])).rows).toHaveLength(1);
  }
});

test.each([
  all,
  `SELECT id, name FROM "Device" WHERE id = $1`,
  `SELECT d FROM "Device" d WHERE id = $1`,
  `SELECT (d).* FROM "Device" d WHERE id = $1`,
  `SELECT to_json(d.*) FROM "Device" d WHERE id = $1`,
  `SELECT count(*) FROM "Device" WHERE id = $1`,
  `SELECT d.*, u.id AS u FROM "User" u JOIN "Device" d ON d."user" = u.id WHERE d.id = $1`,
  `SELECT u.* FROM "User" u JOIN "Device" d ON d."user" = u.id WHERE d.id = $1`,
  `SELECT * FROM "User" u LEFT JOIN "Device" d ON d."user" = u.id WHERE u.id = $1`,
  `SELECT j.* FROM ("User" u JOIN "Device" d ON d."user" = u.id) AS j WHERE $1 = 1`,
  `SELECT id FROM "User" u WHERE id = $1 AND EXISTS (SELECT * FROM "Device" d WHERE d."user" = u.id)`,
  `SELECT * FROM (SELECT * FROM "Device") d WHERE id = $1`,
  `SELECT id FROM (SELECT * FROM "Device") d WHERE id = $1`,
  `SELECT * FROM (SELECT id FROM "Device") d WHERE id = $1`,
  `WITH d AS (SELECT * FROM "Device") SELECT d.* FROM d WHERE id = $1`,
  `WITH d AS (SELECT * FROM "Device") SELECT id FROM d WHERE id = $1`,
  `WITH "Device" AS (SELECT * FROM "Device") SELECT * FROM "Device" WHERE id = $1`,
  `WITH "Device" AS (SELECT id FROM "User") SELECT * FROM "Device" WHERE id = $1`,
  `WITH d AS (UPDATE "Device" SET old = old WHERE id = $1 RETURNING *) SELECT * FROM d`,
  `WITH RECURSIVE d AS (SELECT * FROM "Device" WHERE id = $1 UNION SELECT e.* FROM "Device" e JOIN d ON e.id = d.id + 1) SELECT * FROM d`,
  `UPDATE "Device" SET old = old WHERE id = $1 RETURNING *`,
  `UPDATE "Device" SET old = old WHERE id = $1 RETURNING id`,
  `UPDATE "User" u SET id = u.id FROM "Device" d WHERE d."user" = u.id AND u.id = $1 RETURNING d.*`,
  `UPDATE "User" u SET id = u.id FROM "Device" d WHERE d."user" = u.id AND u.id = $1 RETURNING u.*`,
  `INSERT INTO "Device" (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET old = 1 RETURNING *`,
  `DELETE FROM "User" u USING "Device" d WHERE d."user" = u.id AND u.id = $1 + 9 RETURNING *`,
  `INSERT INTO "Archive" SELECT id, name, old, "user" FROM "Device" WHERE id = $1 RETURNING *`,
  `SELECT * FROM generate_series(1, $1) n, LATERAL (SELECT * FROM "Device" d WHERE d.id = n) d`,
  `SELECT * FROM "User" WHERE id = $1`,
  `TABLE "Device"`,
])("as the server does, so the search: %s", async (text) => {
  const query = { name: "find", text, values: /\$1/.test(text) ? [1] : [] };
  await client.query(query);
  await admin.query(add);
  const outcome = await client.query(query).then(
    () => "works",
    (error: { code?: string }) => error.code,
  );
  const found = codeSql.statements(text)?.returnsAll?.({ name: "Device", columns: [] });
  expect(outcome).toBe(found === true ? fails.code : "works");
});

test("in a transaction it takes the transaction with it", async () => {
  const query = { name: "find", text: all, values: [1] };
  await client.query(query);
  await admin.query(add);
  await client.query("BEGIN");
  await expect(client.query(query)).rejects.toMatchObject(fails);
  await expect(client.query("SELECT 1")).rejects.toMatchObject({ code: "25P02" });
  await client.query("ROLLBACK");
});

test("PREPARE", async () => {
  await client.query(`PREPARE find AS SELECT * FROM "Device"`);
  await client.query("EXECUTE find");
  await admin.query(add);
  await expect(client.query("EXECUTE find")).rejects.toMatchObject(fails);
});

test("node-postgres' pool: each connection fails, for as long as it is open", async () => {
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  const query = { name: "find", text: all, values: [1] };
  const held = async () => {
    const own = await pool.connect();
    try {
      return (await own.query(query)).rows;
    } finally {
      own.release();
    }
  };
  try {
    await pool.query(query);
    await admin.query(add);
    await expect(held()).rejects.toMatchObject(fails);
    await expect(held()).rejects.toMatchObject(fails);
    // `pool.query` closes a connection whose query failed.
    await expect(pool.query(query)).rejects.toMatchObject(fails);
    expect(await held()).toHaveLength(1);
  } finally {
    await pool.end();
  }
});

test.each([
  [true, "fails"],
  [false, "works"],
])("postgres.js, prepare: %s: in a transaction it %s, outside the driver repeats it", async (prepare, outcome) => {
  const sql = postgres(database.url, { max: 1, prepare });
  const find = (on: Pick<typeof sql, "unsafe"> & typeof sql) => on`SELECT * FROM "Device" WHERE id = ${1}`;
  const inside = () => sql.begin((tx) => find(tx as unknown as typeof sql));
  try {
    await find(sql);
    await admin.query(add);
    if (outcome === "fails") await expect(inside()).rejects.toMatchObject(fails);
    else expect(await inside()).toHaveLength(1);
    await admin.query(`ALTER TABLE "Device" DROP COLUMN nick`);
    expect(await find(sql)).toHaveLength(1);
  } finally {
    await sql.end();
  }
});

test.each([
  [undefined, "works"],
  [({ sql }: { readonly sql: string }) => `named ${sql.length}`, "fails"],
] as const)(
  "Prisma's adapter, with statementNameGenerator %s: a raw query %s",
  async (statementNameGenerator, outcome) => {
    const options = statementNameGenerator && { statementNameGenerator };
    const adapter = await new PrismaPg({ connectionString: database.url, max: 1 }, options).connect();
    const find = () => adapter.queryRaw({ sql: all, args: [1], argTypes: [{ arity: "scalar", scalarType: "int" }] });
    try {
      await find();
      await admin.query(add);
      if (outcome === "works") expect((await find()).rows).toHaveLength(1);
      else await expect(find()).rejects.toThrow(fails.message);
    } finally {
      await adapter.dispose();
    }
  },
);
