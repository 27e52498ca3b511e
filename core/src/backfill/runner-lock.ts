import type { Clock } from "../db/clock.js";
import type { Connection } from "../db/connection.js";
import { LockstepError } from "../errors.js";
import type { BackfillId } from "../ledger/backfills.js";

/** A session that runs a backfill. */
export interface RunnerSession {
  readonly pid: number;
  readonly application: string;
  readonly user: string;
  /** ISO 8601. */
  readonly since: string;
}

// One plan on one table: two tenants (schemas) of one database may be filled at the same time.
const lockName = ({ plan, table }: BackfillId) => `lockstep backfill ${plan} ${table.oid}`;

/**
 * Takes the lock that only one runner has; it ends with the session, whatever ends that.
 * @param patienceMs how long to wait: the server needs a moment to notice that the last runner was killed
 * @throws LS5003, naming the session that has it
 */
export async function takeRunnerLock(
  connection: Connection,
  id: BackfillId,
  { clock, signal, patienceMs }: { readonly clock: Clock; readonly signal?: AbortSignal; readonly patienceMs: number },
): Promise<void> {
  const deadline = clock.now() + patienceMs;
  for (;;) {
    const { rows } = await connection.query("SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken", [
      lockName(id),
    ]);
    if (rows[0]?.taken) return;
    if (signal?.aborted || clock.now() >= deadline) break;
    await clock.sleep(200, signal);
  }
  const other = await findRunner(connection, id);
  const who = other && `pid ${other.pid}, "${other.application}", user ${other.user}, connected since ${other.since}`;
  throw new LockstepError(
    "LS5003",
    `${id.plan} is being backfilled on ${connection.label} by another session: ${who ?? "just ended"}`,
    {
      hint: other
        ? `Wait for it, or end it first: SELECT pg_terminate_backend(${other.pid}). Its position is kept.`
        : "Run the same command again.",
      details: other ? { ...other } : {},
    },
  );
}

/** The session that is running a backfill now, if any. Needs no ledger. */
export async function findRunner(connection: Connection, id: BackfillId): Promise<RunnerSession | undefined> {
  const { rows } = await connection.query<{ pid: number; application: string; user: string; since: string }>(
    `SELECT a.pid, a.application_name AS application, a.usename AS user,
            to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
       FROM (SELECT hashtextextended($1, 0) AS h) k
       JOIN pg_locks l ON l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
        AND l.classid::bigint = (h >> 32) & 4294967295 AND l.objid::bigint = h & 4294967295
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       JOIN pg_stat_activity a ON a.pid = l.pid`,
    [lockName(id)],
  );
  return rows[0];
}
