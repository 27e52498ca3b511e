import { LockstepError } from "../base/errors.js";
import type { RunnerSession } from "../dialect/batches.js";
import type { Connection } from "../dialect/connection.js";
import type { Clock } from "../dialect/db/clock.js";
import type { BackfillId } from "../dialect/ledger-store.js";

// One lock per plan and table: two tenants (schemas) of one database can be filled at the same time.
const lockName = ({ plan, table }: BackfillId) => `lockstep backfill ${plan} ${table.oid}`;

interface Patience {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly patienceMs: number;
}

/**
 * Takes the lock that only one runner can hold. It ends with the session, for whatever reason.
 * @param patience how long to wait: the server needs a moment to notice that the last runner was killed. `target`: its name for people
 * @throws LS5003 naming the session that holds it
 */
export async function takeRunnerLock(
  connection: Connection,
  id: BackfillId,
  patience: Patience & { readonly target?: string },
): Promise<void> {
  const { batches } = connection.dialect.live;
  if (await waitForLock(connection, lockName(id), patience)) return;
  const other = await findRunner(connection, id);
  const who = other && `pid ${other.pid}, "${other.application}", user ${other.user}, connected since ${other.since}`;
  const of = patience.target === undefined ? "" : ` --target ${patience.target}`;
  throw new LockstepError(
    "LS5003",
    `Another session runs the backfill of ${id.plan} on ${connection.label}: ${who ?? "just ended"}`,
    {
      hint: other
        ? `Join it: add --join. Or stop it first: npx lockstep backfill cancel ${id.plan}${of}. If it does not respond, ${batches.endingSession(other.pid)}. Its position is kept.`
        : "Run the same command again.",
      details: other ? { ...other } : {},
    },
  );
}

/**
 * Waits for a lock that ends with its session.
 * @returns false if it is still held after that time, or if aborted
 */
export async function waitForLock(
  connection: Connection,
  name: string,
  { clock, signal, patienceMs }: Patience,
): Promise<boolean> {
  const deadline = clock.now() + patienceMs;
  for (;;) {
    if (await connection.dialect.live.batches.tryLock(connection, name)) return true;
    if (signal?.aborted || clock.now() >= deadline) return false;
    await clock.sleep(200, signal);
  }
}

/** The session that currently runs a backfill, if any. Needs no ledger. */
export function findRunner(connection: Connection, id: BackfillId): Promise<RunnerSession | undefined> {
  return connection.dialect.live.batches.lockedBy(connection, lockName(id));
}
