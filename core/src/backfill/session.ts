import { hostname } from "node:os";
import { LockstepError } from "../base/errors.js";
import { connect } from "../databases/connect.js";
import type { FillTarget } from "../dialect/batches.js";
import type { Connection } from "../dialect/connection.js";
import type { BackfillId, BackfillWork, Cursor, Lease } from "../dialect/ledger-store.js";
import { type TableFacts, typeOf } from "../dialect/table.js";
import type { BackfillSpec } from "../model/plan.js";
import { hasChildren } from "../target/facts/children.js";
import { readTable } from "../target/facts/table.js";
import { type BackfillRecord, beginBackfill, readBackfill } from "../target/ledger/backfills.js";
import { ownLease, workerLock } from "../target/ledger/leases.js";
import { enlist, workersAt } from "../target/ledger/workers.js";
import type { RunSettings } from "./input.js";
import { inPassOrder, startOfPass } from "./pass-order.js";
import { checkStructure, type PreflightProblem } from "./preflight.js";
import { findRunner, takeRunnerLock, waitForLock } from "./runner-lock.js";
import { beginSinglePass } from "./single-pass.js";

/** A connection that can fill rows: expand is applied, locks are held, the ledger lists the worker. */
export interface BackfillSession {
  readonly connection: Connection;
  readonly id: BackfillId;
  readonly table: TableFacts;
  readonly target: FillTarget;
  /** The ledger's record at the start. */
  readonly record: BackfillRecord;
  readonly work: BackfillWork;
  /** Position of the pass, as of this worker's last ledger read. */
  cursor: Cursor;
  /** The range reserved for this worker. */
  lease: Lease | undefined;
  /** Active workers when this worker entered, including itself. */
  readonly atWork: readonly string[];
}

/** The role of a worker. One of them leads: it tests the fills, searches for remaining rows, and records the end. */
export interface WorkerRole {
  /** The worker's name. It stays the same after a reconnect. */
  readonly worker: string;
  readonly leads: boolean;
  /** Its process is already at work. */
  readonly isLater?: boolean;
  /** Shared by all workers of a process. */
  readonly arrival: Arrival;
}

/** What a process found when it started. */
export interface Arrival {
  /** When the backfill was cancelled. null: not cancelled. undefined: not read yet. A later cancellation also applies to this process. */
  cancelledAt?: string | null;
}

/**
 * Connects and enters the backfill. Also used after a lost connection: the ledger then shows the result of the last batch.
 * @param previous the lost connection
 * @throws LS8004, LS5001, LS5003, LS5005, LS5009, LS5013, LS7001
 */
export async function openSession(
  settings: RunSettings,
  { worker, leads, isLater = false, arrival }: WorkerRole,
  previous: Connection | undefined,
): Promise<BackfillSession> {
  const { spec, plan, silenceMs } = settings;
  const connection = await connect(settings.url, {
    applicationName: `lockstep backfill ${plan}`,
    silenceMs,
  });
  try {
    if (previous !== undefined) await connection.dialect.live.batches.endSession(connection, previous);
    const table = await readTable(connection, spec.table);
    const problems = await checkStructure(connection, spec, table, settings);
    throwFirst(problems);
    const { oid, schema, name, rowEstimate } = table!;
    const id = { plan, table: { oid, schema, name }, once: spec.once === true };
    if (arrival.cancelledAt === undefined)
      arrival.cancelledAt = (await readBackfill(connection, id))?.control.cancelled?.at ?? null;
    // A joining process need not wait until the server notices that the last leader was killed, because it takes over then. Its own broken
    // session may take a moment to end.
    const patienceMs = settings.isJoining && previous === undefined ? 0 : 5000;
    if (leads) await takeRunnerLock(connection, id, { ...settings, patienceMs });
    const isGoingOn = isLater || previous !== undefined;
    const columns = spec.columns.map((column) => column.name);
    const known = await (leads
      ? readBackfill(connection, id)
      : joinBackfill(connection, id, columns, settings, isGoingOn));
    const target = await inPassOrder(connection, table!, targetOf(table!, spec), id.once, known);
    await connection.dialect.live.batches.keepKeys?.(connection, target);
    const { key, order = key } = target;
    const work = { key: order, columns };
    if (!leads && !isSameWork(known, work)) throw notLed(connection, id);
    const begin = { runner: worker, rowsEstimated: rowEstimate, work, takesBack: arrival.cancelledAt };
    const record = !leads
      ? known!
      : await (id.once
          ? beginSinglePass(connection, id, table!, target, begin, settings)
          : beginBackfill(connection, id, { ...begin, start: await startOfPass(connection, table!, target) }));
    await enlist(connection, id, { worker, host: hostname(), pid: process.pid });
    // Its own broken session commits or rolls back before it releases its lock, so the lease is read after that. If the wait fails, the
    // worker can only lose its ranges to others.
    const ownMs = previous === undefined ? 0 : patienceMs;
    await waitForLock(connection, workerLock(worker), { ...settings, patienceMs: ownMs });
    const lease = await ownLease(connection, id, worker);
    const atWork = await workersAt(connection, id);
    return { connection, id, table: table!, target, record, work, cursor: record.cursor, lease, atWork };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** What a backfill fills, based on the target's catalog. */
export function targetOf(table: TableFacts, spec: BackfillSpec): FillTarget {
  const { schema, name } = table;
  return {
    table: { schema, name },
    key: spec.key.map(({ column }) => ({ column, type: typeOf(table, column) })),
    isKeyUnique: !hasChildren(table),
    columns: spec.columns,
    uniqueKeys: spec.uniqueKeys,
    kept: table.columns.filter(({ isSelfUpdating }) => isSelfUpdating === true).map((column) => column.name),
    types: Object.fromEntries(table.columns.map((column) => [column.name, column.type])),
  };
}

/** Maximum time between a leader's lock and its record: it may have to create the ledger, read the table and reconnect. */
const beginMs = 60_000;

/**
 * Returns the record of a backfill that another worker leads, once that has started it. An active worker continues without a leader.
 * @throws LS5028 no worker has started it, or only with other columns
 */
async function joinBackfill(
  connection: Connection,
  id: BackfillId,
  columns: readonly string[],
  { clock, signal }: RunSettings,
  isGoingOn: boolean,
): Promise<BackfillRecord> {
  const deadline = clock.now() + beginMs;
  for (;;) {
    const leader = await findRunner(connection, id);
    const record = await readBackfill(connection, id);
    // The record of an earlier run does not apply to this one: neither its end nor its cancellation.
    const owner = record && (await connection.dialect.live.batches.lockedBy(connection, workerLock(record.runner)));
    const isLeaders = leader !== undefined && owner?.pid === leader.pid;
    const isOf = JSON.stringify(record?.work.columns) === JSON.stringify(columns);
    if (record !== undefined && (isGoingOn || isLeaders) && isOf) return record;
    const isVain = leader === undefined ? !isGoingOn : isLeaders;
    if (isVain || clock.now() >= deadline || signal.aborted) throw notLed(connection, id, leader !== undefined);
    await clock.sleep(100, signal);
  }
}

export function isSameWork(record: BackfillRecord | undefined, work: BackfillWork): boolean {
  return record !== undefined && JSON.stringify(record.work) === JSON.stringify(work);
}

export function notLed(connection: Connection, id: BackfillId, isLed = true): LockstepError {
  return new LockstepError(
    "LS5028",
    `No process runs a backfill of ${id.plan} with these columns on ${connection.label}`,
    {
      details: { isLed },
    },
  );
}

/** No process leads, so any process may. */
export function isUnled(error: unknown): boolean {
  return error instanceof LockstepError && error.code === "LS5028" && error.details?.isLed === false;
}

/** Throws an error if there are problems. It has the first problem's code and hint, and all messages and details. */
export function throwFirst(problems: readonly PreflightProblem[]): void {
  const first = problems[0];
  if (first === undefined) return;
  throw new LockstepError(first.code, problems.map((problem) => problem.message).join("\n"), {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    details: { ...first.details, problems },
  });
}
