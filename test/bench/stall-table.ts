/** The table of the stall bench: made once, then copied as a file, so that every run begins with the same bytes. */
import pg from "pg";
import { type PostgresServer, start } from "../support/postgres.js";

const template = "bench_template";

/** A server as people run it, except that it does not wait for the disk. */
export function startServer(): Promise<PostgresServer> {
  return start({ settings: { max_connections: 100, shared_buffers: "512MB", max_wal_size: "8GB", jit: false } });
}

/** "User" of the example shop, as it is after a while in production. */
export async function makeTemplate(server: PostgresServer, rows: number): Promise<void> {
  await query(server.url(), `CREATE DATABASE "${template}"`);
  await query(
    server.url(template),
    `CREATE TABLE "User" (
       "id" SERIAL NOT NULL,
       "email" TEXT NOT NULL,
       "name" TEXT NOT NULL,
       "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
       "updatedAt" TIMESTAMP(3) NOT NULL,
       CONSTRAINT "User_pkey" PRIMARY KEY ("id")
     )`,
  );
  await query(
    server.url(template),
    `INSERT INTO "User" ("email", "name", "updatedAt")
     SELECT 'First.Last.' || n || '@Example.com', 'First Last ' || n, now() FROM generate_series(1, ${rows}) AS n`,
  );
  await query(server.url(template), `CREATE UNIQUE INDEX "User_email_key" ON "User"("email")`);
  // As autovacuum leaves a table that has been there for a while.
  await query(server.url(template), `VACUUM (FREEZE, ANALYZE) "User"`);
}

/**
 * A fresh database with the table, read once so that it is in memory.
 * @returns its URL
 */
export async function copyTable(server: PostgresServer, name: string): Promise<string> {
  await query(server.url(), `CREATE DATABASE "${name}" TEMPLATE "${template}"`);
  const url = server.url(name);
  await query(url, `SELECT count(*), min("email") FROM "User" WHERE "name" <> ''`);
  await query(url, "CHECKPOINT");
  return url;
}

export async function dropTable(server: PostgresServer, name: string): Promise<void> {
  await query(server.url(), `DROP DATABASE "${name}" WITH (FORCE)`);
}

/** @throws unless the change is there whole: a required column without NULLs and its unique index */
export async function assertChanged(url: string): Promise<void> {
  const rows = await query<{ required: boolean; unique: boolean; missing: number }>(
    url,
    `SELECT (SELECT attnotnull FROM pg_attribute WHERE attrelid = '"User"'::regclass AND attname = 'handle') AS required,
            (SELECT indisunique AND indisvalid FROM pg_index WHERE indexrelid = '"User_handle_key"'::regclass) AS unique,
            (SELECT count(*)::int FROM "User" WHERE "handle" IS DISTINCT FROM lower("email")) AS missing`,
  );
  const [found] = rows;
  if (found?.required && found.unique && found.missing === 0) return;
  throw new Error(`The change is not there as it should be: ${JSON.stringify(found)}`);
}

/** One statement on a connection of its own. */
export async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
