import type { Connection } from "../../dialect/connection.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type { Statistics } from "../../dialect/statistics.js";
import type { PulledStats } from "../../dialect/stats/stats-file.js";
import { isoSql } from "../statements.js";
import { readColumns } from "./columns.js";
import { readStatements } from "./statements.js";
import { readTables } from "./tables.js";

/** Statistics from pg_class, pg_stats, pg_stat_user_tables and pg_stat_statements. */
export const statistics: Statistics = {
  pull: (connection) =>
    inTransaction(connection, { isReadOnly: true, limits: { statementTimeoutMs: 30_000, lockTimeoutMs: 1000 } }, () =>
      pull(connection),
    ),
};

async function pull(connection: Connection): Promise<PulledStats> {
  const { rows: heads } = await connection.query<{ at: string; version: string; seesReplicas: boolean }>(
    `SELECT ${isoSql("clock_timestamp()")} AS at, current_setting('server_version') AS version,
            pg_has_role('pg_read_all_stats', 'USAGE') OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS "seesReplicas"`,
  );
  const { at, version, seesReplicas } = heads[0]!;
  const { rows: settings } = await connection.query<{ name: string; setting: string }>(
    "SELECT name, current_setting(name) AS setting FROM pg_settings WHERE name = ANY ($1) ORDER BY name",
    [settingNames],
  );
  const { rows: extensions } = await connection.query<{ name: string; version: string }>(
    "SELECT extname::text AS name, extversion AS version FROM pg_extension ORDER BY extname",
  );
  const { rows: replicas } = await connection.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM pg_stat_replication",
  );
  const tables = await readTables(connection);
  const { columns, unseen } = await readColumns(connection);
  const counted = await readStatements(connection);
  return {
    at,
    server: {
      version,
      settings: Object.fromEntries(settings.map(({ name, setting }) => [name, setting])),
      extensions: [...extensions],
      ...(seesReplicas ? { replicas: replicas[0]!.n } : {}),
    },
    tables: tables.map(({ oid, ...table }) => ({ ...table, columns: columns.get(oid) ?? {} })),
    statements: [...counted.statements],
    ...(counted.since === undefined ? {} : { statementsSince: counted.since }),
    blind: [
      ...(counted.blind === undefined ? [] : [{ what: "statements" as const, reason: counted.blind }]),
      ...(unseen.length === 0
        ? []
        : [
            {
              what: "columns" as const,
              reason: `the account cannot read ${unseen.join(", ")}, or ANALYZE has never run there`,
            },
          ]),
      ...(seesReplicas ? [] : [{ what: "replicas" as const, reason: "the account lacks pg_read_all_stats" }]),
    ],
  };
}

/** Settings that affect query plans, locks and the speed of a backfill. None contains a path or a secret. */
const settingNames = [
  "autovacuum",
  "autovacuum_vacuum_cost_limit",
  "autovacuum_vacuum_scale_factor",
  "checkpoint_timeout",
  "deadlock_timeout",
  "default_statistics_target",
  "effective_cache_size",
  "effective_io_concurrency",
  "jit",
  "lock_timeout",
  "maintenance_work_mem",
  "max_connections",
  "max_parallel_maintenance_workers",
  "max_parallel_workers_per_gather",
  "max_wal_size",
  "random_page_cost",
  "seq_page_cost",
  "shared_buffers",
  "statement_timeout",
  "synchronous_commit",
  "wal_level",
  "work_mem",
];
