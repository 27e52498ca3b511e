import pg from "pg";
import { start } from "../../../test/support/postgres.js";
import { firstNames, lastNames, reportMs, type System } from "./system.js";

export const postgresql: System = {
  id: "postgresql",
  label: "PostgreSQL",
  start: () =>
    start({
      settings: { max_connections: 200, shared_buffers: "256MB", max_wal_size: "4GB", work_mem: "32MB", jit: false },
    }),

  async create(server, database) {
    await query(server.url(), `CREATE DATABASE "${database}"`);
  },

  async seedUsers(url, table, users) {
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
  },

  async copy(server, from, to) {
    await query(server.url(), `CREATE DATABASE "${to}" TEMPLATE "${from}"`);
  },

  async version(server) {
    const [row] = await query<{ version: string }>(server.url(), "SELECT current_setting('server_version') AS version");
    return `PostgreSQL ${row?.version}`;
  },

  async startReport(url, table) {
    const client = new pg.Client({ connectionString: url, application_name: "monthly report" });
    // Ended by a shutdown of the server: not our concern any more.
    client.on("error", () => undefined);
    await client.connect();
    await client.query("BEGIN");
    await client.query(`SELECT count(*) FROM ${table}`);
    void client
      .query(`SELECT pg_sleep($1)`, [reportMs / 1000])
      .then(() => client.query("COMMIT"))
      .then(
        () => client.end(),
        () => undefined,
      );
  },

  async locksOn(url, table) {
    const client = new pg.Client({ connectionString: url, application_name: "lock watch" });
    client.on("error", () => undefined);
    await client.connect();
    return {
      async look() {
        const { rows } = await client.query<{ pid: number; mode: string; waited: number | null }>(
          `SELECT l.pid, l.mode, CASE WHEN NOT l.granted THEN extract(epoch FROM clock_timestamp() - a.query_start)::float8 * 1000 END AS waited
           FROM pg_locks l JOIN pg_stat_activity a USING (pid)
           WHERE l.locktype = 'relation' AND l.relation = $1::regclass AND a.backend_type = 'client backend' AND l.pid <> pg_backend_pid()`,
          [table],
        );
        return rows.map(({ pid, mode, waited }) => ({
          pid,
          mode: mode
            .replace(/Lock$/, "")
            .replace(/\B[A-Z]/g, " $&")
            .toUpperCase(),
          ...(waited !== null && { waitedMs: waited }),
        }));
      },
      end: () => client.end(),
    };
  },

  async stateOf(url, table) {
    const [rows] = await query<{ users: number; empty: number; wrong: number }>(
      url,
      `SELECT count(*)::int AS users,
            count(*) FILTER (WHERE "handle" IS NULL)::int AS empty,
            count(*) FILTER (WHERE "handle" <> lower("email"))::int AS wrong
     FROM ${table}`,
    );
    const objects = await query<{ name: string }>(
      url,
      `SELECT tgname::text AS name FROM pg_trigger WHERE NOT tgisinternal
     UNION ALL SELECT conname FROM pg_constraint WHERE conname LIKE 'lockstep%'
     UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE '%lockstep%'`,
    );
    const [column] = await query<{ required: boolean }>(
      url,
      `SELECT attnotnull AS required FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attname = 'handle'`,
    );
    return { ...rows!, isRequired: column?.required === true, objects: objects.map(({ name }) => name) };
  },

  fillsUniqueAtOnce: true,
  quote: (name) => `"${name}"`,
  isTransactional: true,

  naive: (table, unique) => [
    `ALTER TABLE ${table} ADD COLUMN "handle" TEXT`,
    `UPDATE ${table} SET "handle" = lower("email")`,
    `ALTER TABLE ${table} ALTER COLUMN "handle" SET NOT NULL`,
    unique,
  ],

  typeorm: { edits: [], unique: (table) => `ALTER TABLE ${table} ADD CONSTRAINT "UQ_users_handle" UNIQUE ("handle")` },
};

async function query<Row extends pg.QueryResultRow>(url: string, sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
