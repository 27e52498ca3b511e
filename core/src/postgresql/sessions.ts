import type { Sessions } from "../dialect/sessions.js";
import { tableLabel } from "../model/names.js";
import { quoteTable } from "./quote.js";
import { stallMs } from "./units/block.js";

/** For PostgreSQL. Statements of other roles are only visible with pg_read_all_stats. */
export const sessions: Sessions = {
  async blockers(connection, { tables, buildsIndex, olderThanSeconds }) {
    const { rows } = await connection.query<BlockerRow>(blockersSql, [
      tables.map(quoteTable),
      tables.map(tableLabel),
      olderThanSeconds,
      buildsIndex,
    ]);
    return rows.map(sentence);
  },
  stallMs,
  limitLocks: (timeoutMs) => `SET lock_timeout = ${timeoutMs}`,
};

interface BlockerRow {
  readonly pid: number | null;
  readonly who: string | null;
  readonly tables: string | null;
  readonly seconds: number | null;
  readonly state: string | null;
  readonly query: string | null;
  readonly prepared: string | null;
  readonly index: string | null;
}

function sentence({ pid, who, tables, seconds, state, query, prepared, index }: BlockerRow): string {
  const name = who ? `pid ${pid} (${who})` : `pid ${pid}`;
  if (prepared !== null)
    return `the prepared transaction '${prepared}' has held "${tables}" for ${seconds} s: COMMIT PREPARED or ROLLBACK PREPARED ends it`;
  if (index !== null) return `${name} builds an index on "${tables}" (${index}): DDL waits until it ends`;
  const doing = [state, query].filter((part) => part).join(", ");
  const forTime = seconds === null ? "" : ` for ${seconds} s`;
  if (tables === null)
    return `${name} has had a transaction open${forTime}, and a concurrent index build waits for it: ${doing}`;
  return `${name} has held "${tables}"${forTime}: ${doing}`;
}

// A prepared transaction has no session: the lock on its own transaction id connects its locks with its name.
// Autovacuum yields when a migration requests the table, except against wraparound.
const blockersSql = `
WITH RECURSIVE named AS (SELECT to_regclass(sql)::oid AS root, label FROM unnest($1::text[], $2::text[]) t(sql, label)),
relations(oid, label) AS (SELECT root, label FROM named WHERE root IS NOT NULL
                    UNION SELECT inhrelid, label FROM pg_inherits JOIN relations ON inhparent = relations.oid),
held AS (
  SELECT l.pid, l.virtualtransaction AS vxid, string_agg(DISTINCT r.label, '", "') AS tables
    FROM pg_locks l JOIN relations r ON r.oid = l.relation
   WHERE l.granted AND l.pid IS DISTINCT FROM pg_backend_pid()
     AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   GROUP BY 1, 2)
SELECT h.pid, concat_ws(', ', a.usename, nullif(a.application_name, '')) AS who, h.tables,
       floor(extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, x.prepared)))::int AS seconds,
       a.state, left(regexp_replace(a.query, '\\s+', ' ', 'g'), 100) AS query, x.gid AS prepared, i.phase AS index
  FROM held h LEFT JOIN pg_stat_activity a ON a.pid = h.pid
       LEFT JOIN pg_locks own ON h.pid IS NULL AND own.pid IS NULL AND own.virtualtransaction = h.vxid AND own.locktype = 'transactionid'
       LEFT JOIN pg_prepared_xacts x ON x.transaction = own.transactionid
       LEFT JOIN pg_stat_progress_create_index i ON i.pid = h.pid
 WHERE (h.pid IS NULL AND x.gid IS NOT NULL) OR i.pid IS NOT NULL
    OR (clock_timestamp() - a.xact_start >= make_interval(secs => $3::float8)
        AND (a.backend_type IS DISTINCT FROM 'autovacuum worker' OR a.query LIKE '%(to prevent wraparound)%'))
UNION ALL
SELECT a.pid, concat_ws(', ', a.usename, nullif(a.application_name, '')), NULL,
       floor(extract(epoch FROM clock_timestamp() - a.xact_start))::int, a.state,
       left(regexp_replace(a.query, '\\s+', ' ', 'g'), 100), NULL, NULL
  FROM pg_stat_activity a
 WHERE $4 AND a.datname = current_database() AND a.backend_xmin IS NOT NULL AND a.backend_type = 'client backend'
   AND a.pid <> pg_backend_pid() AND clock_timestamp() - a.xact_start >= make_interval(secs => $3::float8)
   AND a.pid NOT IN (SELECT h.pid FROM held h WHERE h.pid IS NOT NULL)
 ORDER BY seconds DESC NULLS LAST`;
