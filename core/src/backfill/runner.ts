import { refused } from "../db/refused.js";
import { LockstepError } from "../errors.js";
import { endBackfill } from "../ledger/backfills.js";
import { BatchLoop } from "./batch-loop.js";
import { type BackfillInput, type BackfillResult, settle } from "./input.js";
import { keyLabel } from "./keys.js";
import { boundsOf, lookBehind } from "./look-behind.js";
import { checkFills, type PreflightProblem } from "./preflight.js";
import { rowsRefused } from "./row-refused.js";
import { throwFirst } from "./session.js";
import { keepAppearing, sweep } from "./sweep.js";

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
  const loop = new BatchLoop(settle(input));
  try {
    await loop.open();
    await begin(loop);
    const status = await fill(loop);
    if (status === "done" && loop.refused.length > 0) throw rowsRefused(loop);
    return await end(loop, status);
  } catch (error) {
    const known = refused(error, `The backfill of "${input.spec.table.name}"`);
    await writeDownFailure(loop, known);
    throw known;
  } finally {
    await loop.close();
  }
}

/** Tries the fills on all rows before the first is written. */
async function begin(loop: BatchLoop): Promise<void> {
  const { settings } = loop;
  const { emit } = settings;
  const { record } = loop.session;
  const isResumed = record.batches > 0;
  if (!isResumed && settings.spec.columns.some(({ fill }) => fill !== undefined)) {
    // A pause and a window are meant for this, too; and what is wrong with an option is told before an hour of reading.
    await loop.giveWay();
    emit({ kind: "reading", why: "fills", total: loop.total });
    const found = await loop.scan(({ connection, table }) => checkFills(connection, settings, table));
    for (const message of found?.notices ?? []) emit({ kind: "notice", message });
    // What is wrong for some rows stops none of the others; of a pass that is made once it does, for it does not come back.
    const stops = ({ isOfRows }: PreflightProblem) => settings.spec.once === true || isOfRows !== true;
    throwFirst((found?.problems ?? []).filter(stops));
    for (const problem of found?.problems ?? [])
      emit({ kind: "notice", message: `${problem.message}. All other rows are filled.` });
  }
  emit({ kind: "started", table: record.table.name, total: loop.total, rows: loop.rows, isResumed });
}

async function fill(loop: BatchLoop): Promise<BackfillResult["status"]> {
  // A pass that is made once, by an earlier run: what became NULL since was chosen.
  if (loop.session.record.status === "done") return "done";
  for (let pass = 1; !loop.isStopped; pass++) {
    if (pass > maxPasses) throw keepAppearing(loop);
    while (!loop.isStopped && loop.session.cursor.phase === "pass") {
      await loop.batch(() => {
        const { cursor } = loop.session;
        return cursor.phase === "pass" ? { kind: "pass", after: cursor.after, bounds: boundsOf(cursor) } : undefined;
      });
    }
    if (loop.isStopped) break;
    if ((await (loop.settings.spec.once ? lookBehind(loop) : sweep(loop))) === "done") return "done";
  }
  return "stopped";
}

async function end(loop: BatchLoop, status: BackfillResult["status"]): Promise<BackfillResult> {
  await loop.conclude(({ connection, id }) => endBackfill(connection, id, loop.runner, { status }));
  const { id, target, cursor } = loop.session;
  loop.settings.emit({ kind: "finished", status, rows: loop.rows, filled: loop.filled });
  const upTo = cursor.upTo === undefined ? {} : { upTo: keyLabel(target.key, cursor.upTo) };
  const ended = status === "done" || loop.ended === undefined ? {} : { ended: loop.ended };
  return { status, table: id.table, rows: loop.rows, filled: loop.filled, batches: loop.batches, ...ended, ...upTo };
}

/** Best effort: the error itself is what counts. */
async function writeDownFailure(loop: BatchLoop, error: unknown): Promise<void> {
  if (!loop.isOpen) return;
  const { connection, id } = loop.session;
  const text = error instanceof LockstepError ? `${error.code} ${error.message}` : String(error);
  await endBackfill(connection, id, loop.runner, { status: "failed", error: text }).catch(() => undefined);
}
