import pg from "pg";
import { type PostgresServer, start } from "../../test/support/postgres.js";

/** The databases of the story, all on one server. */
export const databases = {
  /** The developer's own. */
  development: "shop",
  /** Gets the change the Lockstep way. */
  production: "shop_production",
  /** The same rows; gets the change the naive way. */
  naive: "shop_naive",
} as const;

/** A server as people run it, except that it does not wait for the disk. */
export function startServer(): Promise<PostgresServer> {
  return start({
    settings: { max_connections: 200, shared_buffers: "256MB", max_wal_size: "4GB", work_mem: "32MB", jit: false },
  });
}

export async function query<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** The rows that the shop's own seed makes, by the server itself: 200 000 through an ORM would take a while. */
export async function seedUsers(url: string, table: string, users: number): Promise<void> {
  await query(
    url,
    `INSERT INTO ${table} ("email", "name", "createdAt", "updatedAt")
     SELECT CASE WHEN n % 4 = 0 THEN first ELSE lower(first) END || '.' || n || '@example.com',
            first || ' ' || ($2::text[])[1 + n % cardinality($2)],
            now() - n % 700 * interval '1 day',
            now()
     FROM generate_series(1, $1::int) AS n, LATERAL (SELECT ($3::text[])[1 + n % cardinality($3)] AS first)`,
    [users, lastNames, firstNames],
  );
  // As autovacuum leaves a table that has been there for a while.
  await query(url, `VACUUM (ANALYZE) ${table}`);
}

/** A second production with the same rows. Nobody may be connected to the first one meanwhile. */
export async function copyDatabase(server: PostgresServer, from: string, to: string): Promise<void> {
  await query(server.url(), `CREATE DATABASE "${to}" TEMPLATE "${from}"`);
}

const firstNames = ["Ada", "Bela", "Chidi", "Dana", "Emil", "Fatima", "Goran", "Hana", "Ines", "Jonas"];
const lastNames = ["Andersen", "Baptiste", "Costa", "Dvořák", "Eze", "Fischer", "García", "Haddad", "Ito"];
