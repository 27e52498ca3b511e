import { refused } from "../db/refused.js";
import { isDatabaseError } from "../db/retry.js";
import type { RunnerSession } from "../dialects/batches.js";
import { LockstepError } from "../errors.js";
import { endBackfill, readBackfill } from "../ledger/backfills.js";
import { readWorkers } from "../ledger/workers.js";
import type { BatchLoop } from "./batch-loop.js";
import { type BackfillInput, type BackfillResult, settle } from "./input.js";
import { keyLabel } from "./keys.js";
import { lookBehind } from "./look-behind.js";
import { checkFills, type PreflightProblem } from "./preflight.js";
import { rowsRefused } from "./row-refused.js";
import { Run } from "./run.js";
import { findRunner } from "./runner-lock.js";
import { isSameWork, isUnled, notLed, throwFirst } from "./session.js";
import { keepAppearing, sweep } from "./sweep.js";
import { newWorker, passTogether } from "./workers.js";

export type { BackfillEvent } from "./events.js";
export type { BackfillInput, BackfillResult } from "./input.js";

/** Passes over the whole table. Every further one follows a sweep that found too much. */
const maxPasses = 10;

/**
 * Fills the planned columns of one table of one target, in small batches, while the application goes on. Can be stopped or
 * killed at any point; called again, it goes on. Values that are there are never touched. A row that gets no value stops none of
 * the others: it is named at the end, in an error. Ends well only when no row lacks a value; of columns that stay optional, when
 * every row was passed once, and rows that may have moved away from the pass are decided on.
 *
 * @example await runBackfill({ url, plan: plan.id, spec: plan.backfills[0], clock: systemClock, random: Math.random });
 * @returns `done`, or `stopped` by the signal
 * @throws LS5001 expand is not applied there · LS5003 another runner is at it · LS5004 rows cannot be filled · LS5005 own
 *   triggers would fire · LS5006 the database refuses a row · LS5007 locked for too long · LS5009, LS5010 NULLs that code may have chosen · LS2052,
 *   LS5050–LS5055 a function of lockstep.config.ts · LS2005, LS2006, LS2007, LS5008 the
 *   fill is wrong for some rows · LS7001 no rights for the ledger · LS7002 the database refuses a statement · LS8004 no connection
 */
export async function runBackfill(input: BackfillInput): Promise<BackfillResult> {
  const run = new Run(settle(input));
  try {
    for (;;) {
      const leader = newWorker(run, true);
      try {
        await leader.open();
      } catch (error) {
        if (!run.settings.isJoining || !isLed(error)) throw known(run, error);
        const result = await join(run);
        if (result !== undefined) return result;
        continue;
      }
      const result = await lead(run, leader);
      if (result !== undefined) return result;
    }
  } finally {
    await run.close();
  }
}

const isLed = (error: unknown) => error instanceof LockstepError && error.code === "LS5003";

const known = (run: Run, error: unknown) => refused(error, `The backfill of "${run.settings.spec.table.name}"`);

/**
 * The one that tries the fills, works with the others, looks back, and says how it ended.
 * @returns undefined: its session had ended, and another process, which it works with from here on, was quicker to lead
 */
async function lead(run: Run, leader: BatchLoop): Promise<BackfillResult | undefined> {
  try {
    await begin(leader);
    const status = await fill(leader);
    if (status === "done" && leader.refused.length > 0) throw rowsRefused(leader);
    return await end(leader, status);
  } catch (error) {
    if (run.settings.isJoining && isLed(error)) return undefined;
    await writeDownFailure(leader, known(run, error));
    throw known(run, error);
  } finally {
    await leader.close();
  }
}

/** Tries the fills on all rows before the first is written. */
async function begin(leader: BatchLoop): Promise<void> {
  const { settings } = leader;
  const { emit } = settings;
  const { record } = leader.session;
  if (!record.isOpen && settings.spec.columns.some(({ fill }) => fill !== undefined)) {
    // A pause and a window are meant for this, too; and what is wrong with an option is told before an hour of reading.
    await leader.giveWay();
    leader.tell({ kind: "reading", why: "fills", total: leader.total });
    const found = await leader.scan(({ connection, table }) => checkFills(connection, settings, table));
    for (const message of found?.notices ?? []) emit({ kind: "notice", message });
    // What is wrong for some rows stops none of the others; of a pass that is made once it does, for it does not come back.
    const stops = ({ isOfRows }: PreflightProblem) => settings.spec.once === true || isOfRows !== true;
    throwFirst((found?.problems ?? []).filter(stops));
    for (const problem of found?.problems ?? [])
      emit({ kind: "notice", message: `${problem.message}. All other rows are filled.` });
  }
  await leader.scan(async ({ connection, id }) => {
    await connection.dialect.ledger.forgetFailures(connection, id);
    await connection.dialect.ledger.open(connection, id);
    leader.run.isTried = true;
  });
  const isResumed = record.batches > 0;
  emit({ kind: "started", table: record.table.name, total: leader.total, rows: leader.rows, isResumed });
}

async function fill(leader: BatchLoop): Promise<BackfillResult["status"]> {
  // A pass that is made once, by an earlier run: what became NULL since was chosen.
  if (leader.session.record.status === "done") return "done";
  for (let pass = 1; !leader.isStopped; pass++) {
    if (pass > maxPasses) throw keepAppearing(leader);
    await passTogether(leader);
    await leader.look();
    if (leader.isStopped) break;
    if (leader.session.cursor.phase === "pass") continue;
    if ((await (leader.settings.spec.once ? lookBehind(leader) : sweep(leader))) === "done") return "done";
  }
  return "stopped";
}

async function end(leader: BatchLoop, status: BackfillResult["status"]): Promise<BackfillResult> {
  const { worker } = leader.role;
  await leader.conclude(({ connection, id }) => endBackfill(connection, id, worker, { status }));
  leader.settings.emit({ kind: "finished", status, rows: leader.rows, filled: leader.filled });
  return resultOf(leader, status);
}

function resultOf(loop: BatchLoop, status: BackfillResult["status"]): BackfillResult {
  const { id, target, cursor } = loop.session;
  const upTo = cursor.upTo === undefined ? {} : { upTo: keyLabel(target.key, cursor.upTo) };
  const ended = status === "done" || loop.run.ended === undefined ? {} : { ended: loop.run.ended };
  return {
    status,
    table: id.table,
    rows: loop.rows,
    filled: loop.filled,
    batches: loop.run.batches,
    ...ended,
    ...upTo,
  };
}

/**
 * Works with the one that leads, in another process.
 * @returns how the backfill has ended; undefined: nobody leads it any more
 */
async function join(run: Run): Promise<BackfillResult | undefined> {
  const worker = newWorker(run, false);
  try {
    try {
      await worker.open();
    } catch (error) {
      // Whoever led has ended just now.
      if (isUnled(error)) return undefined;
      throw error;
    }
    const { record } = worker.session;
    run.settings.emit({
      kind: "started",
      table: record.table.name,
      total: worker.total,
      rows: worker.rows,
      isResumed: true,
    });
    await passTogether(worker);
    for (;;) {
      // In this order: whoever led has written down how it ended.
      const seen = await worker.scan(async ({ connection, id }) => {
        const leader = await findRunner(connection, id);
        return { leader, now: await readBackfill(connection, id) };
      });
      if (seen === undefined) return resultOf(worker, "stopped");
      const { connection, id, work } = worker.session;
      const { leader, now } = seen;
      if (!isSameWork(now, work)) throw notLed(connection, id);
      if (now?.status === "done") return resultOf(worker, "done");
      // It may be known here before this process hears it: whoever led has ended because of it.
      if (now?.control.cancelled !== undefined)
        return { ...resultOf(worker, "stopped"), ended: `cancelled by ${now.control.cancelled.who}` };
      if (now?.status === "failed")
        throw new LockstepError(
          "LS5029",
          `The run that leads the backfill of ${id.plan} on ${connection.label} has failed: ${now.error}`,
        );
      if (leader === undefined || (await endSilent(worker, leader))) return undefined;
      await run.settings.clock.sleep(1000, run.settings.signal);
    }
  } catch (error) {
    throw known(run, error);
  } finally {
    await worker.close();
  }
}

/**
 * Ends the session of a leader that was not heard of for as long as a lease holds: its process is suspended, or its host is dead and the
 * server may notice that in hours.
 */
async function endSilent(worker: BatchLoop, { pid }: RunnerSession): Promise<boolean> {
  const { leaseMs } = worker.settings;
  const isEnded = await worker.scan(async ({ connection, id }) => {
    const runner = (await readBackfill(connection, id))?.runner;
    const leader = (await readWorkers(connection, id.plan)).find((each) => each.worker === runner);
    if (leader === undefined || leader.silentMs < leaseMs) return false;
    const { batches } = connection.dialect;
    if ((await findRunner(connection, id))?.pid !== pid) return true;
    try {
      await connection.query(batches.endingSession(pid));
      return true;
    } catch (error) {
      // Without the right to end it there is only waiting.
      if (isDatabaseError(error)) return false;
      throw error;
    }
  });
  return isEnded === true;
}

/** Best effort: the error itself is what counts. */
async function writeDownFailure(loop: BatchLoop, error: unknown): Promise<void> {
  if (!loop.isOpen) return;
  const { connection, id } = loop.session;
  const text = error instanceof LockstepError ? `${error.code} ${error.message}` : String(error);
  await endBackfill(connection, id, loop.role.worker, { status: "failed", error: text }).catch(() => undefined);
}
