import type { Connection } from "../dialect/connection.js";
import { errorCode } from "../dialect/db/retry.js";
import type { Blind, LoadSignals, Slot } from "../dialect/load-signals.js";
import { tableLabel } from "../model/names.js";
import { statementText, withoutLengths } from "../sql/statement-words.js";
import { ownTransactions } from "./own-transactions.js";
import { quoteIdentifier, quoteLiteral, quoteTable } from "./quote.js";
import { loadParser } from "./read/parser.js";
import { wordsOf } from "./read/read-body.js";

export const loadSignals: LoadSignals = {
  async replicas(connection) {
    const { rows } = await connection.query<{
      name: string;
      isLogical: boolean;
      isHidden: boolean;
      bytes: string | null;
      seconds: number | null;
    }>(replicasSql);
    if (rows.some(({ isHidden }) => isHidden)) return blind(connection, "the lag of replicas");
    return rows
      .filter(({ bytes }) => bytes !== null)
      .map(({ name, isLogical, bytes, seconds }) => ({
        name,
        isLogical,
        bytes: Math.max(0, Number(bytes)),
        ...(seconds === null ? {} : { seconds }),
      }));
  },

  async lag(connection) {
    const { rows } = await connection.query<{ replica: boolean; seconds: number | null }>(
      `SELECT pg_is_in_recovery() AS replica, CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
         ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 END AS seconds`,
    );
    const { replica, seconds } = rows[0]!;
    return replica ? { ...(seconds === null ? {} : { seconds }) } : undefined;
  },

  async activeSessions(connection) {
    const { rows } = await connection.query<{ active: number; hidden: number }>(
      `SELECT count(*) FILTER (WHERE state = 'active' AND backend_type = 'client backend')::int AS active,
              count(*) FILTER (WHERE backend_type IS NULL)::int AS hidden
         FROM pg_stat_activity WHERE pid <> pg_backend_pid()`,
    );
    const { active, hidden } = rows[0]!;
    return hidden > 0 ? blind(connection, "the activity of other sessions") : active;
  },

  async longestWaitMs(connection, pid) {
    // The start of a wait is recorded since 14. Before that, it is at most as old as its statement and the transaction that it waits for.
    // Lockstep's own sessions that wait for our locks do not count as the application.
    const begun = "greatest(a.query_start, (SELECT b.xact_start FROM pg_stat_activity b WHERE b.pid = $1))";
    const since = connection.serverVersion >= 140_000 ? `coalesce(l.waitstart, ${begun})` : begun;
    const { rows } = await connection.query<{ ms: number | null }>(
      `SELECT max(extract(epoch FROM clock_timestamp() - ${since}) * 1000)::float8 AS ms
         FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND l.locktype <> 'advisory' AND a.application_name NOT LIKE 'lockstep %' AND $1 = ANY (pg_blocking_pids(l.pid))`,
      [pid],
    );
    return rows[0]?.ms ?? 0;
  },

  async writtenRows(connection, { oid }) {
    // Before version 15, a session cannot be forced to publish its statistics.
    if (connection.serverVersion < 150_000) return undefined;
    const { rows } = await connection.query<{ rows: string | null }>(
      `WITH RECURSIVE tree(oid) AS (SELECT $1::oid UNION SELECT inhrelid FROM pg_inherits JOIN tree ON inhparent = tree.oid)
       SELECT sum(pg_stat_get_tuples_inserted(oid) + pg_stat_get_tuples_updated(oid) + pg_stat_get_tuples_deleted(oid))::text AS rows FROM tree`,
      [oid],
    );
    const written = rows[0]?.rows;
    return written == null ? undefined : Number(written);
  },

  async otherWork(connection) {
    // As for written rows.
    if (connection.serverVersion < 150_000) return undefined;
    // Every role can read these views. Each transaction holds a lock on its virtual id; without privileges, its session's state is hidden.
    const { rows } = await connection.query<{ ended: string; isAtWork: boolean }>(
      `SELECT (SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database)::text AS ended,
              EXISTS (SELECT FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
                       WHERE l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock' AND coalesce(a.application_name, '') NOT LIKE 'lockstep %'
                         AND l.pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum UNION ALL SELECT pid FROM pg_stat_progress_analyze)
              ) OR EXISTS (SELECT FROM pg_stat_progress_basebackup) AS "isAtWork"`,
    );
    const { ended, isAtWork } = rows[0]!;
    return { ended: Number(ended) - ownTransactions(), isAtWork };
  },

  async slots(connection) {
    // Since version 13, PostgreSQL reports how much a slot may lose.
    if (connection.serverVersion < 130_000) return [];
    const { rows } = await connection.query<{
      name: string;
      active: boolean;
      status: string;
      safe: string | null;
      most: string | null;
      kept: string | null;
    }>(
      `SELECT slot_name AS name, active, wal_status AS status, safe_wal_size AS safe,
              pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint AS kept,
              pg_size_bytes(nullif(current_setting('max_slot_wal_keep_size'), '-1')) AS most
         FROM pg_replication_slots WHERE restart_lsn IS NOT NULL OR wal_status = 'lost' ORDER BY 1`,
    );
    return rows.map(({ name, active, status, safe, most, kept }) => ({
      name,
      ...(active ? {} : { dropSql: `SELECT pg_drop_replication_slot(${quoteLiteral(name)})` }),
      status: status === "lost" || status === "unreserved" ? status : ("kept" as Slot["status"]),
      ...(kept === null ? {} : { keptBytes: Number(kept) }),
      ...(safe === null ? {} : { safeBytes: Number(safe) }),
      ...(most === null ? {} : { mostBytes: Number(most) }),
    }));
  },

  async archive(connection) {
    const { rows } = await connection.query<{ isOn: boolean; failing: string | null }>(
      `SELECT current_setting('archive_mode') <> 'off' AS "isOn",
              (SELECT last_failed_time::timestamptz(0)::text FROM pg_stat_archiver
                WHERE last_failed_time > coalesce(last_archived_time, '-infinity')) AS failing`,
    );
    const { isOn, failing } = rows[0]!;
    if (!isOn) return undefined;
    try {
      const found = await connection.query<{ files: number }>(
        "SELECT count(*)::int AS files FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'",
      );
      return { files: found.rows[0]!.files, ...(failing === null ? {} : { failingSince: failing }) };
    } catch (error) {
      if (errorCode(error) !== "42501") throw error;
      return blind(connection, "the number of files to be archived");
    }
  },

  async deadRows(connection, table) {
    const { rows } = await connection.query<{
      dead: string | null;
      live: string | null;
      rounds: string;
      off: string | null;
      progress: string | null;
      held: string | null;
    }>(deadRowsSql, [quoteTable(table)]);
    const { dead, live, rounds, off, progress, held } = rows[0]!;
    if (dead === null || live === null) return undefined;
    return {
      dead: Number(dead),
      live: Number(live),
      rounds: Number(rounds),
      progress: progress ?? "",
      ...(off === null ? {} : { off }),
      ...(held === null ? {} : { heldBy: held }),
    };
  },

  async transactions(connection) {
    const { rows } = await connection.query<{ ended: number; failed: number; since: string | null }>(
      `SELECT (xact_commit + xact_rollback)::float8 AS ended, xact_rollback::float8 AS failed, stats_reset::text AS since
         FROM pg_stat_database WHERE datname = current_database()`,
    );
    const { ended, failed, since } = rows[0]!;
    return { ended, rolledBack: failed, ...(since === null ? {} : { since }) };
  },

  async waits(connection, tables) {
    const { rows } = await connection.query<WaitRow>(waitsSql(connection.serverVersion >= 140_000), [
      tables.map(quoteTable),
      tables.map(tableLabel),
    ]);
    if (rows.some(({ isHidden }) => isHidden)) return blind(connection, "which sessions wait for locks");
    const parser = await loadParser();
    const statement = (text: string | null) => {
      const words = text === null ? undefined : wordsOf(text, parser);
      return words === undefined || words.length === 0 ? "a statement" : `‘${statementText(withoutLengths(words))}’`;
    };
    return rows.map((row) => {
      const who = [row.holder, row.holderState].filter((part) => part).join(", ");
      const holder =
        row.holderPid === null ? "" : `, behind pid ${row.holderPid} (${who}): ${statement(row.holderQuery)}`;
      return {
        ms: row.ms,
        text: `${statement(row.query)} has waited for ${(row.ms / 1000).toFixed(1)} s for ${row.mode} on "${row.table}"${holder}`,
      };
    });
  },
};

interface WaitRow {
  readonly ms: number;
  readonly mode: string;
  readonly table: string;
  readonly query: string | null;
  readonly isHidden: boolean;
  readonly holderPid: number | null;
  readonly holder: string | null;
  readonly holderState: string | null;
  readonly holderQuery: string | null;
}

// A session that waits for a row waits for a transaction and holds the row's table. Excludes advisory locks, which belong to the
// application, and sessions that wait for all transactions, which build an index.
const waitsSql = (knowsBegin: boolean) => `
WITH RECURSIVE named AS (SELECT to_regclass(sql)::oid AS root, label FROM unnest($1::text[], $2::text[]) t(sql, label)),
relations(oid, label) AS (SELECT root, label FROM named WHERE root IS NOT NULL
                    UNION SELECT inhrelid, label FROM pg_inherits JOIN relations ON inhparent = relations.oid),
waits AS (
  SELECT w.pid, w.mode, ${knowsBegin ? "w.waitstart" : "NULL::timestamptz"} AS since, (
         SELECT min(r.label) FROM pg_locks h JOIN relations r ON r.oid = h.relation
          WHERE h.pid = w.pid AND h.database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS label
    FROM pg_locks w WHERE NOT w.granted AND w.locktype IN ('relation', 'extend', 'page', 'tuple', 'transactionid'))
SELECT greatest(extract(epoch FROM clock_timestamp() - coalesce(w.since, a.query_start)) * 1000, 0)::float8 AS ms, w.mode, w.label AS "table",
       a.query, a.state IS NULL AS "isHidden", b.pid AS "holderPid", concat_ws(', ', b.usename, nullif(b.application_name, '')) AS holder,
       b.state AS "holderState", b.query AS "holderQuery"
  FROM waits w JOIN pg_stat_activity a USING (pid)
       LEFT JOIN LATERAL (SELECT * FROM pg_stat_activity b WHERE b.pid = ANY (pg_blocking_pids(w.pid)) ORDER BY b.xact_start NULLS LAST LIMIT 1) b ON true
 WHERE w.label IS NOT NULL AND a.datname = current_database() AND coalesce(a.backend_type, 'client backend') = 'client backend'
   AND a.application_name !~ '^lockstep( |$)'
 ORDER BY 1 DESC LIMIT 20`;

async function blind(connection: Connection, what: string): Promise<Blind> {
  const { rows } = await connection.query<{ role: string }>("SELECT current_user AS role");
  const role = rows[0]!.role;
  return {
    kind: "blind",
    reason: `the role ${role} cannot see ${what}: GRANT pg_monitor TO ${quoteIdentifier(role)}`,
  };
}

// Includes WAL that is not written yet: up to 16 MB if commits do not wait for the disk. The server keeps the last measured delay, even if
// the replica has caught up.
// Excludes base backups and WAL receivers, which replay nothing. Without the privilege, the state is hidden.
const replicasSql = `
SELECT coalesce(nullif(r.application_name, ''), host(r.client_addr), r.pid::text) AS name,
       coalesce(s.slot_type = 'logical', false) AS "isLogical", r.state IS NULL AS "isHidden",
       pg_wal_lsn_diff(pg_current_wal_insert_lsn(), coalesce(r.replay_lsn, s.confirmed_flush_lsn))::bigint AS bytes,
       CASE WHEN pg_current_wal_lsn() > r.replay_lsn THEN extract(epoch FROM r.replay_lag)::float8 END AS seconds
  FROM pg_stat_replication r LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid ORDER BY 1, r.backend_start`;

// Reports the session that holds the horizon after a minute, or after a thousand transactions.
const deadRowsSql = `
WITH RECURSIVE tree(oid) AS (SELECT to_regclass($1)::oid UNION SELECT inhrelid FROM pg_inherits JOIN tree ON inhparent = tree.oid),
holders AS (
  SELECT age(backend_xmin) AS age, format('pid %s (%s) has had a transaction open for %s s', pid,
           concat_ws(', ', usename, nullif(application_name, '')), floor(extract(epoch FROM clock_timestamp() - xact_start))) AS who
    FROM pg_stat_activity WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid() AND coalesce(datname, current_database()) = current_database() AND backend_type <> 'autovacuum worker'
     AND clock_timestamp() - xact_start > interval '1 min'
  UNION ALL SELECT greatest(age(xmin), age(catalog_xmin)), format('the replication slot %s', slot_name)
    FROM pg_replication_slots WHERE greatest(age(xmin), age(catalog_xmin)) > 1000
  UNION ALL SELECT age(transaction), format('the prepared transaction ''%s''', gid) FROM pg_prepared_xacts WHERE database = current_database())
SELECT sum(t.n_dead_tup) AS dead, sum(t.n_live_tup) AS live, coalesce(sum(t.autovacuum_count + t.vacuum_count), 0) AS rounds,
       CASE WHEN 'off' IN (current_setting('autovacuum'), current_setting('track_counts')) THEN 'autovacuum is off on the server'
            WHEN bool_or(c.reloptions::text ~* 'autovacuum_enabled=(false|off|no|0)') THEN 'autovacuum is off for the table' END AS off,
       (SELECT string_agg(p::text, ' ') FROM pg_stat_progress_vacuum p WHERE p.relid IN (SELECT oid FROM tree)) AS progress,
       (SELECT who FROM holders ORDER BY age DESC LIMIT 1) AS held
  FROM tree JOIN pg_class c ON c.oid = tree.oid LEFT JOIN pg_stat_all_tables t ON t.relid = tree.oid`;
