import type { LockSession } from "./run-lock.cjs";
import type { Client, DataSource } from "./typeorm.cjs";

/** `lock` in ASCII, and the kind of run: 1 is one unit of a plan (see migrations/locks), 2 all pending migrations. */
const runLock = `${0x6c6f636b}, 2`;
const pollMs = 200;
const lifelessSeconds = 20;

/**
 * The lock is polled: a session that waits for it in SQL is inside a statement, and CREATE INDEX CONCURRENTLY would wait for that. The
 * session is separate from the pool, which may have room for only one.
 */
export async function postgresLock({ driver: { master } }: DataSource): Promise<LockSession | undefined> {
  if (master?.Client === undefined || master.options === undefined) return undefined;
  // The pool hides the password from enumeration.
  const options = Object.defineProperties({}, Object.getOwnPropertyDescriptors(master.options));
  const client = new master.Client(Object.assign(options, { application_name: "lockstep run lock" }));
  try {
    // Without a listener, a session closed by the server would end the process.
    client.on("error", () => undefined);
    await client.connect();
    if (await isLocked(client))
      return {
        query: (sql) => client.query(sql),
        async release() {
          await client.query(`SELECT pg_advisory_unlock(${runLock})`).catch(duringCleanUp);
          await client.end().catch(duringCleanUp);
        },
      };
  } catch {
    // TypeORM continues with its own connections, or reports why it cannot.
  }
  await client.end().catch(duringCleanUp);
  return undefined;
}

/** The session, and the lock with it, may have ended already. */
const duringCleanUp = () => undefined;

/** @returns false when the session that holds the lock has been silent for a while */
async function isLocked(client: Client): Promise<boolean> {
  for (;;) {
    const { rows } = await client.query(lockOrHolder);
    const { mine, isAlive } = rows[0] as { mine: boolean; isAlive: boolean | null };
    if (mine) return true;
    if (isAlive === false) return false;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

const lockOrHolder = `SELECT pg_try_advisory_lock(${runLock}) AS mine,
  (SELECT bool_or(state_change > now() - interval '${lifelessSeconds} seconds')
     FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND classid = ${runLock.split(", ")[0]} AND objid = 2 AND granted AND pid <> pg_backend_pid()
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS "isAlive"`;
