/**
 * Advisory locks of sessions that run migrations: `lock` in ASCII, and what is being run. They are polled, never waited for in SQL:
 * a session that waits is inside of a statement, and CREATE INDEX CONCURRENTLY waits for every one of those.
 */
const lockClass = 0x6c6f636b;

/** Held while one unit of a plan runs. Its numbers stand in every migration ever written: they never change. */
export const unitLock = `${lockClass}, 1`;

/** A condition on pg_locks: the session runs a unit in this database. */
export const runsUnit = `locktype = 'advisory' AND classid = ${lockClass} AND objid = 1 AND granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
