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

/** A connection that may fill: expand is applied, locks are taken, the ledger knows us. */
export interface BackfillSession {
  readonly connection: Connection;
  readonly id: BackfillId;
  readonly table: TableFacts;
  readonly target: FillTarget;
  /** As the ledger had it at the beginning. */
  readonly record: BackfillRecord;
  readonly work: BackfillWork;
  /** Where the pass is, as the ledger had it when this worker looked last. */
  cursor: Cursor;
  /** The range that this worker has for itself. */
  lease: Lease | undefined;
  /** Who was at work on it when this worker entered, itself among them. */
  readonly atWork: readonly string[];
}

/** Who a worker is: one of them leads. It tries the fills, looks back for what was left, and says when all is done. */
export interface WorkerRole {
  /** Names it; the same after a reconnect. */
  readonly worker: string;
  readonly leads: boolean;
  /** Its process is at work already. */
  readonly isLater?: boolean;
  /** The same of all workers of a process. */
  readonly arrival: Arrival;
}

/** What a process found when it came. */
export interface Arrival {
  /** When somebody has cancelled the backfill; null: nobody has; undefined: it has not looked yet. Who cancels it later means this process, too. */
  cancelledAt?: string | null;
}

/**
 * Connects and enters the backfill. Also after a broken connection: the ledger then says what became of the last batch.
 * @param previous the connection that broke
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
    // Whoever joins need not wait until the server has noticed that the last one was killed: it takes over then. Its own session that
    // broke may take a moment to end.
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
    // A session of its own that broke keeps, or takes back, what it was at before it lets go: the lease is read then. Who waits in vain
    // may lose its ranges to others, and nothing else.
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

/** What a backfill fills, by what the catalogue of the target says of it. */
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

/** So long whoever leads may take from its lock to its record: the ledger may have to be made, the table read, a connection made anew. */
const beginMs = 60_000;

/**
 * The record of a backfill that another worker leads, as that one has begun it. Who is at work goes on while nobody leads.
 * @throws LS5028 nobody has begun it, or with other columns
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
    // What an earlier run has left there says nothing of this one: neither its end nor that it was cancelled.
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

/** Nobody leads at all: whoever comes may. */
export function isUnled(error: unknown): boolean {
  return error instanceof LockstepError && error.code === "LS5028" && error.details?.isLed === false;
}

/** Turns what stands against the backfill into an error; the first problem speaks, all are in the details. */
export function throwFirst(problems: readonly PreflightProblem[]): void {
  const first = problems[0];
  if (first === undefined) return;
  throw new LockstepError(first.code, problems.map((problem) => problem.message).join("\n"), {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    details: { ...first.details, problems },
  });
}
