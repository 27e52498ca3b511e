/** The table is made once, then copied as a file, so that every run begins with the same bytes. */
import pg from "pg";
import { executionMode, runMigration } from "../../../plugin-prisma/src/engine/run-migration.js";
import { planOf } from "../../support/plan-fixture.js";
import { type StartOptions, start } from "../../support/postgres.js";
import { type BenchSystem, columns } from "./system.js";

const template = "bench_template";
const prismaVersion = "7.10.0";

/** What differs between the tables of a bench. */
export interface TableKind {
  /** Of the key, as the plan has it. */
  readonly keyType: string;
  /** `SERIAL`, with a default that the application's inserts rely on. */
  readonly id: string;
  /** The id of row `n` of those that are there from the beginning; absent: the default. */
  readonly idOf?: string;
  /** Columns of the key after the id. */
  readonly furtherKey?: readonly { readonly column: string; readonly type: string }[];
  /** As in `WITH (…)`. */
  readonly storage?: string;
}

const keyOf = ({ keyType, furtherKey = [] }: TableKind) => [{ column: "id", type: keyType }, ...furtherKey];

const serial: TableKind = { keyType: "integer", id: "SERIAL" };

/** The system with another key, or another storage, of the table that is changed, or with another server. */
export const postgresqlWith = (
  table: TableKind,
  { settings, ...options }: Pick<StartOptions, "settings" | "parent" | "fsync"> = {},
): BenchSystem => ({
  id: "postgresql",
  label: "PostgreSQL",
  leastRatio: 50,
  // A person does not notice it, and a reader in front does not lengthen it.
  mostBeyondMs: 20,
  fillSql: `UPDATE "User" SET "handle" = lower("email")`,
  // One transaction, so that a failure leaves nothing half done.
  byHand: `BEGIN;
     ALTER TABLE "User" ADD COLUMN "handle" TEXT;
     UPDATE "User" SET "handle" = lower("email");
     ALTER TABLE "User" ALTER COLUMN "handle" SET NOT NULL;
     CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle");
     COMMIT;`,
  byBatches: {
    add: `ALTER TABLE "User" ADD COLUMN "handle" TEXT;`,
    batch: (from, to) =>
      `UPDATE "User" SET "handle" = lower("email") WHERE "id" > ${from} AND "id" <= ${to} AND "handle" IS NULL;`,
    lastId: `SELECT max("id") AS id FROM "User"`,
    index: `CREATE UNIQUE INDEX CONCURRENTLY "User_handle_key" ON "User"("handle");`,
    enforce: `ALTER TABLE "User" ALTER COLUMN "handle" SET NOT NULL;`,
  },
  plan: () => planOf({ shape: { columns, generatedColumns: [], key: keyOf(table) } }),

  async start(rows) {
    // As people run it, except that it does not wait for the disk, unless it is told to.
    const server = await start({
      ...options,
      settings: {
        max_connections: 100,
        shared_buffers: "512MB",
        max_wal_size: "8GB",
        full_page_writes: true,
        jit: false,
        ...settings,
      },
    });
    await this.query(server.url(), `CREATE DATABASE "${template}"`);
    for (const sql of [
      `CREATE TABLE "User" (
         "id" ${table.id} NOT NULL,
         "email" TEXT NOT NULL,
         "name" TEXT NOT NULL,
         "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
         "updatedAt" TIMESTAMP(3) NOT NULL,
         CONSTRAINT "User_pkey" PRIMARY KEY (${keyOf(table)
           .map(({ column }) => `"${column}"`)
           .join(", ")})
       ) ${table.storage === undefined ? "" : `WITH (${table.storage})`}`,
      `INSERT INTO "User" (${table.idOf === undefined ? "" : '"id", '}"email", "name", "updatedAt")
       SELECT ${table.idOf === undefined ? "" : `${table.idOf}, `}'First.Last.' || n || '@Example.com', 'First Last ' || n, now() FROM generate_series(1, ${rows}) AS n`,
      `CREATE UNIQUE INDEX "User_email_key" ON "User"("email")`,
      // As autovacuum leaves a table that has been there for a while.
      `VACUUM (FREEZE, ANALYZE) "User"`,
    ])
      await this.query(server.url(template), sql);
    return {
      primary: server,
      copy: async (name) => {
        await this.query(server.url(), `CREATE DATABASE "${name}" TEMPLATE "${template}"`);
        const url = server.url(name);
        await this.query(url, `SELECT count(*), min("email") FROM "User" WHERE "name" <> ''`);
        await this.query(url, "CHECKPOINT");
        return url;
      },
      drop: async (name) => void (await this.query(server.url(), `DROP DATABASE "${name}" WITH (FORCE)`)),
      // Vacuum comes when it comes, whoever wrote.
      settle: async () => undefined,
      stop: () => server.stop(),
    };
  },

  async migrate(url, files, begin) {
    const client = new pg.Client({ connectionString: url, application_name: "migration" });
    await client.connect();
    try {
      for (const [index, file] of files.entries()) {
        if (index > 0) begin?.(index);
        await runMigration(client, file, executionMode(prismaVersion, "main"));
      }
    } finally {
      await client.end();
    }
  },

  async query(url, sql) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  },

  async read(url) {
    const client = new pg.Client({ connectionString: url, application_name: "long reader" });
    await client.connect();
    await client.query(`BEGIN; SELECT FROM "User" LIMIT 1`);
    return async () => {
      await client.query("COMMIT");
      await client.end();
    };
  },

  async isChanged(url) {
    const [found] = await this.query(
      url,
      `SELECT (SELECT attnotnull FROM pg_attribute WHERE attrelid = '"User"'::regclass AND attname = 'handle') AS required,
              (SELECT indisunique AND indisvalid FROM pg_index WHERE indexrelid = '"User_handle_key"'::regclass) AS unique,
              (SELECT count(*)::int FROM "User" WHERE "handle" IS DISTINCT FROM lower("email")) AS missing`,
    );
    return found?.required === true && found.unique === true && found.missing === 0;
  },
});

export const postgresql = postgresqlWith(serial);
