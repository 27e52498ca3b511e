/**
 * Advisory locks of sessions that run migrations: `lock` in ASCII, and a number for the kind of run. They are polled, never waited for in
 * SQL: a waiting session is inside a statement, and CREATE INDEX CONCURRENTLY waits for every one of those.
 */
const lockClass = 0x6c6f636b;

/** Held while one unit of a plan runs. Its numbers are in every written migration: they never change. */
export const unitLock = `${lockClass}, 1`;

/** Held by a wrapped data source while it runs migrations, on a session of its own. */
export const runLock = `${lockClass}, 2`;

const held = (lock: 1 | 2) => `locktype = 'advisory' AND classid = ${lockClass} AND objid = ${lock} AND granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** A session that runs a unit is inside a statement nearly all the time: a pooler in transaction mode may have kept the lock. */
const isIdle = "state = 'idle' AND state_change < now() - interval '1 minute'";

/** A query: a session that holds the lock of the units and runs none. */
export const idleHolder = `SELECT min(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
              WHERE ${held(1)}
                AND ${isIdle}`;

/** A query: the sessions that run migrations of this database. */
export const runningSessions = `SELECT pid FROM pg_locks WHERE ${held(2)}
  UNION ALL SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE ${held(1)} AND (${isIdle}) IS NOT TRUE`;
