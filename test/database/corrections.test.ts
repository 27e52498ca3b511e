import pg from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { connect } from "../../core/src/databases/connect.js";
import type { Connection } from "../../core/src/dialect/connection.js";
import { readColumnDependents } from "../../core/src/postgresql/development/column-dependents.js";
import { loadParser } from "../../core/src/postgresql/read/parser.js";
import { correct } from "../../plugin-typeorm/src/corrections/correct.js";
import { type Catalogue, readCatalogue } from "../support/catalogue.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { type Generated, otherChanges, retypedColumns } from "../support/typeorm-changes.js";

// TypeORM's own statements run on empty tables, the corrected ones on tables with rows: both must end in the same catalogue, the rows
// and the files that hold them must be the same after as before, and the way back must end where it began.

interface Live {
  readonly database: TestDatabase;
  readonly client: pg.Client;
  readonly connection: Connection;
}
const opened: Live[] = [];

async function open(...statements: readonly string[]): Promise<Live> {
  const database = await createDatabase("corrections");
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const live = { database, client, connection: await connect(database.url, { applicationName: "test" }) };
  opened.push(live);
  for (const statement of statements) await client.query(statement);
  return live;
}
afterEach(async () => {
  for (const { database, client, connection } of opened.splice(0)) {
    await client.end();
    await connection.close();
    await database.drop();
  }
});

const correctedOf = async ({ up, down }: Generated, { connection }: Live) =>
  correct(
    { up: up.map((query) => ({ query })), down: down.map((query) => ({ query })) },
    (query) => ({ query }),
    await loadParser(),
    { dependents: (table, column) => readColumnDependents(connection, table, column) },
  );

/**
 * In no order of columns: one that is dropped and added again stands last. PostgreSQL 18 names NOT NULL, after what the column was
 * called when it became so.
 */
async function catalogueOf({ client }: Live): Promise<Catalogue> {
  const catalogue = await readCatalogue(client, { schemas: ["public"] });
  const byName = (a: { name?: unknown }, b: { name?: unknown }) => (String(a.name) < String(b.name) ? -1 : 1);
  const tables = catalogue.tables.map((table) => ({
    ...table,
    columns: table.columns.toSorted(byName),
    constraints: table.constraints.filter(({ type }) => type !== "n"),
  }));
  return JSON.parse(JSON.stringify({ ...catalogue, tables }).replaceAll("(b, a)", "(a, b)")) as Catalogue;
}

const own = "relnamespace = 'public'::regnamespace AND relname <> 'typeorm_metadata'";

/** The rows of every table, whatever their columns are called. */
async function rowsOf({ client }: Live): Promise<unknown> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND ${own} ORDER BY 1`,
  );
  const found: unknown[] = [];
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: object }>(`SELECT to_json(t) AS row FROM "${name}" t`);
    found.push([name, rows.map(({ row }) => Object.values(row).map(String).sort()).sort()]);
  }
  return found;
}

/** Where the rows of tables and indexes are stored: another number is another file, written anew. */
async function filesOf({ client }: Live): Promise<unknown> {
  const { rows } = await client.query(
    `SELECT relname, relfilenode FROM pg_class WHERE relkind IN ('r', 'i') AND ${own} ORDER BY 1`,
  );
  return rows;
}

/** How often a table was read from end to end by the statements. */
async function scansOf({ client }: Live, statements: readonly { readonly query: string }[]): Promise<number> {
  await client.query("BEGIN");
  const scans = async () => {
    const { rows } = await client.query<{ n: number }>(
      "SELECT coalesce(sum(seq_scan), 0)::int AS n FROM pg_stat_xact_user_tables WHERE relname <> 'typeorm_metadata'",
    );
    return rows[0]?.n ?? 0;
  };
  const before = await scans();
  for (const { query } of statements) await client.query(query);
  const after = await scans();
  await client.query("COMMIT");
  return after - before;
}

describe.each([...retypedColumns, ...otherChanges])("$change ($by)", (generated) => {
  it("ends in the catalogue of the ORM's own, with the same rows in the same files, and goes back", async () => {
    const live = await open(generated.before, ...generated.up);
    const expected = await catalogueOf(live);
    for (const statement of ["DROP SCHEMA public CASCADE; CREATE SCHEMA public", generated.before, generated.rows])
      await live.client.query(statement);
    const [before, rows, files] = [await catalogueOf(live), await rowsOf(live), await filesOf(live)];
    const corrected = await correctedOf(generated, live);
    const scans = await scansOf(live, corrected.up);
    expect(await catalogueOf(live)).toEqual(expected);
    expect(await rowsOf(live)).toEqual(rows);
    expect(await filesOf(live)).toEqual(files);
    const isChecked = corrected.notices.some(({ remarks = [] }) => remarks.some(({ kind }) => kind === "checks-again"));
    const isRequired = corrected.up.some(({ query }) => query.includes("SET NOT NULL"));
    expect(scans > 0, `${scans} scans`).toBe(isChecked || isRequired);
    for (const { query } of corrected.down) await live.client.query(query);
    expect(await catalogueOf(live)).toEqual(before);
    expect(await rowsOf(live)).toEqual(rows);
  });
});

const longer = retypedColumns.find(({ change }) => change === "longer") as Generated;

it("an index with a predicate or an expression is named: PostgreSQL builds it again", async () => {
  const live = await open(
    longer.before,
    longer.rows,
    `CREATE INDEX "part" ON "users" ("name") WHERE "age" > 1; CREATE INDEX "of_others" ON "users" ("age") WHERE "name" <> '';
     CREATE INDEX "lowered" ON "users" (lower("name")); CREATE INDEX "plain" ON "users" ("name" DESC) INCLUDE ("age");
     CREATE INDEX "elsewhere" ON "users" ("age") WHERE "age" > 1; CREATE UNIQUE INDEX "Two words" ON "users" ("name", (age + 1))`,
  );
  const files = (await filesOf(live)) as readonly { relname: string; relfilenode: number }[];
  const corrected = await correctedOf(longer, live);
  for (const { query } of corrected.up) await live.client.query(query);
  const after = (await filesOf(live)) as typeof files;
  const rebuilt = after.filter(({ relname, relfilenode }) =>
    files.every((file) => file.relname !== relname || file.relfilenode !== relfilenode),
  );
  expect(rebuilt.map(({ relname }) => relname)).toEqual(["Two words", "lowered", "of_others", "part"]);
  expect(corrected.notices.flatMap(({ remarks = [] }) => remarks)).toMatchObject([
    ...[`"Two words"`, "lowered", "of_others", "part"].map((index) => ({ kind: "builds-index-again", index })),
    { kind: "forgets-statistics", column: "name" },
  ]);
});

it("values that do not fit any more stop the way back, and are not lost", async () => {
  const live = await open(longer.before, longer.rows);
  const { up, down } = await correctedOf(longer, live);
  for (const { query } of up) await live.client.query(query);
  await live.client.query(`UPDATE "users" SET "name" = repeat('x', 150) WHERE "id" = 1`);
  await expect(live.client.query(down[0]?.query ?? "")).rejects.toMatchObject({ code: "22001" });
  expect((await live.client.query(`SELECT length("name") AS n FROM "users" WHERE "id" = 1`)).rows).toEqual([
    { n: 150 },
  ]);
});

it("ADD VALUE runs twice, and inside of a transaction", async () => {
  const generated = otherChanges.find(({ change }) => change.startsWith("values of an enum")) as Generated;
  const live = await open(generated.before, generated.rows);
  const { up } = await correctedOf(generated, live);
  await live.client.query("BEGIN");
  for (const { query } of [...up, ...up]) await live.client.query(query);
  await live.client.query("COMMIT");
  expect((await live.client.query(`SELECT enum_range(NULL::users_status_enum)::text AS v`)).rows).toEqual([
    { v: "{0,a,m,it's,b,z}" },
  ]);
});

it("a type of two columns is made anew once, on the way back as well", async () => {
  const rebuild = (column: string, other: string, list: string) => [
    `ALTER TYPE "public"."kind" RENAME TO "kind_old"`,
    `CREATE TYPE "public"."kind" AS ENUM(${list})`,
    `ALTER TABLE "users" ALTER COLUMN "${column}" DROP DEFAULT`,
    `ALTER TABLE "users" ALTER COLUMN "${column}" TYPE "public"."kind" USING "${column}"::"text"::"public"."kind"`,
    `ALTER TABLE "users" ALTER COLUMN "${column}" SET DEFAULT '${other}'`,
    `DROP TYPE "public"."kind_old"`,
  ];
  const back = (column: string, other: string, list: string) => [
    `CREATE TYPE "public"."kind_old" AS ENUM(${list})`,
    `ALTER TABLE "users" ALTER COLUMN "${column}" DROP DEFAULT`,
    `ALTER TABLE "users" ALTER COLUMN "${column}" TYPE "public"."kind_old" USING "${column}"::"text"::"public"."kind_old"`,
    `ALTER TABLE "users" ALTER COLUMN "${column}" SET DEFAULT '${other}'`,
    `DROP TYPE "public"."kind"`,
    `ALTER TYPE "public"."kind_old" RENAME TO "kind"`,
  ];
  const before = `CREATE TYPE "kind" AS ENUM ('a', 'b'); CREATE TABLE "users" ("id" int, "k1" "kind" DEFAULT 'a', "k2" "kind" DEFAULT 'b')`;
  const rows = `INSERT INTO "users" VALUES (1, 'a', 'b')`;
  for (const list of ["'a', 'b', 'c'", "'b', 'a', 'c', 'd'"]) {
    const live = await open(before, rows);
    const catalogue = await catalogueOf(live);
    const { up, down } = await correctedOf(
      {
        change: "",
        by: "0.3.31",
        before,
        rows,
        up: [...rebuild("k1", "a", list), ...rebuild("k2", "b", list)],
        down: [...back("k2", "b", "'a', 'b'"), ...back("k1", "a", "'a', 'b'")],
      },
      live,
    );
    for (const { query } of up) await live.client.query(query);
    expect((await live.client.query(`SELECT 'c'::"kind" AS c, * FROM "users"`)).rows).toEqual([
      { c: "c", id: 1, k1: "a", k2: "b" },
    ]);
    for (const { query } of down) await live.client.query(query);
    expect(await catalogueOf(live)).toEqual(catalogue);
  }
});
