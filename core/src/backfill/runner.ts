import { LockstepError } from "../base/errors.js";
import { duringCleanUp } from "../base/expected-errors.js";
import { textForLogs } from "../dialect/db/without-values.js";
import { type Slot, unreadSlotText } from "../dialect/load-signals.js";
import { endBackfill } from "../target/ledger/backfills.js";
import type { BatchLoop } from "./batch-loop.js";
import { growthBetween, growthOf } from "./growth.js";
import { type BackfillInput, type BackfillResult, resolveRunSettings } from "./input.js";
import { joinRun } from "./join-run.js";
import { type PreflightProblem, validateFills } from "./preflight.js";
import { rescan } from "./rescan.js";
import { known, resultOf } from "./result.js";
import { rowsRefused } from "./row-refused.js";
import { Run } from "./run.js";
import { throwFirst } from "./session.js";
import { keepAppearing, sweep } from "./sweep.js";
import { newWorker, passTogether } from "./workers.js";

export type { BackfillEvent } from "./events.js";
export type { BackfillInput, BackfillResult } from "./input.js";

/** Maximum number of passes over the whole table. Each further pass follows a sweep that found too many rows. */
const maxPasses = 10;

/**
 * Fills the planned columns of one table on one target, in small batches, while the application runs. It can be stopped or killed at any
 * point. A repeated call resumes. It never changes existing values. A row that gets no value does not stop the others: the error at the end
 * names it. The run succeeds only if no row lacks a value. For columns that stay optional, it succeeds if every row was passed once, and
 * rows that the pass may have missed are decided.
 *
 * @example await runBackfill({ url, plan: plan.id, spec: plan.backfills[0], clock: systemClock, random: Math.random });
 * @returns `done`, or `stopped` by the signal
 * @throws LS5001 expand is not applied there · LS5003 another runner is active · LS5004 rows cannot be filled · LS5005 the user's triggers
 * would fire · LS5006 the database refuses a row · LS5007 locked for too long · LS5009, LS5010 NULLs that the application may have set ·
 * LS5013 key and fill need different time zones · LS2052, LS5050–LS5055 a function of lockstep.config.ts · LS2005, LS2006, LS2007, LS5008
 * the fill is wrong for some rows · LS7001 no privileges for the ledger · LS7002 the database rejects a statement · LS8004 no connection
 */
export async function runBackfill(input: BackfillInput): Promise<BackfillResult> {
  const run = new Run(resolveRunSettings(input));
  const { emit } = run.settings;
  try {
    const result = await runTogether(run);
    const { status, rows, filled, growth } = result;
    emit({ kind: "finished", status, rows, filled, ...growth });
    return result;
  } catch (error) {
    emit({ kind: "failed", code: error instanceof LockstepError ? error.code : "BUG", message: textForLogs(error) });
    throw error;
  } finally {
    await run.close();
  }
}

/** Leads the backfill, or works with its leader and takes over once that has ended. */
async function runTogether(run: Run): Promise<BackfillResult> {
  for (;;) {
    const leader = newWorker(run, true);
    try {
      await leader.open();
    } catch (error) {
      if (!run.settings.isJoining || !isLed(error)) throw known(run, error);
      const result = await joinRun(run);
      if (result !== undefined) return result;
      continue;
    }
    const result = await lead(run, leader);
    if (result !== undefined) return result;
  }
}

const isLed = (error: unknown) => error instanceof LockstepError && error.code === "LS5003";

/**
 * The leader tests the fills, works with the others, searches for remaining rows, and records the result.
 * @returns undefined: its session ended and another process leads now, which this one joins
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

/** Tests the fills on all rows before the first is written. */
async function begin(leader: BatchLoop): Promise<void> {
  const { settings } = leader;
  const { emit } = settings;
  const { record } = leader.session;
  if (!record.isOpen && settings.spec.columns.some(({ fill }) => fill !== undefined)) {
    // Pauses and windows apply here, too. And an invalid option must be reported before an hour of reading.
    await leader.giveWay();
    leader.tell({ kind: "reading", why: "fills", total: leader.total });
    const found = await leader.run.telemetry.span("trial", {}, () =>
      leader.scan(({ connection, table }) => validateFills(connection, settings, table)),
    );
    for (const message of found?.notices ?? []) emit({ kind: "notice", message });
    // A problem with some rows does not stop the others. It stops a single pass, which does not return to them.
    const stops = ({ isOfRows }: PreflightProblem) => settings.spec.once === true || isOfRows !== true;
    throwFirst((found?.problems ?? []).filter(stops));
    for (const problem of found?.problems ?? [])
      emit({ kind: "notice", message: `${problem.message}. Other rows are filled.` });
  }
  const ahead = await leader.scan(async ({ connection, id, table, target }) => {
    const { batches } = connection.dialect.live;
    leader.run.storage = await batches.storage(connection, table);
    const readers = await batches.readers(connection, target);
    await connection.dialect.live.ledger.forgetFailures(connection, id);
    await connection.dialect.live.ledger.open(connection, id);
    leader.run.isTried = true;
    const slots = (await connection.dialect.live.loadSignals.slots?.(connection)) ?? [];
    const publications = readers.flatMap(({ kind, name }) => (kind === "publication" ? [name] : []));
    const growthBytes = growthOf(leader.run.storage, 1, 0);
    return { slots, started: { growthBytes, ...(publications.length > 0 && { publications }) } };
  });
  for (const slot of ahead?.slots.filter(isUnread) ?? [])
    emit({
      kind: "notice",
      message: `${unreadSlotText(slot.name, slot.keptBytes)}, and what the run writes. max_slot_wal_keep_size sets no limit; if it is not needed: ${slot.dropSql}`,
    });
  const isResumed = record.batches > 0;
  const { rows, total } = leader;
  emit({ kind: "started", table: record.table.name, total, rows, isResumed, ...(isResumed ? {} : ahead?.started) });
}

/** The signal `slots` watches slots with a limit. */
function isUnread({ dropSql, status, safeBytes }: Slot): boolean {
  return dropSql !== undefined && status === "kept" && safeBytes === undefined;
}

async function fill(leader: BatchLoop): Promise<BackfillResult["status"]> {
  // An earlier run has done the single pass: what became NULL since was chosen.
  if (leader.session.record.status === "done") return "done";
  for (let pass = 1; !leader.isStopped; pass++) {
    if (pass > maxPasses) throw keepAppearing(leader);
    await passTogether(leader);
    await leader.look();
    if (leader.isStopped) break;
    if (leader.session.cursor.phase === "pass") continue;
    if ((await (leader.settings.spec.once ? rescan(leader) : sweep(leader))) === "done") return "done";
  }
  return "stopped";
}

async function end(leader: BatchLoop, found: BackfillResult["status"]): Promise<BackfillResult> {
  const { worker } = leader.role;
  const isKept = await leader.conclude(({ connection, id }) => endBackfill(connection, id, worker, { status: found }));
  // Report `done` only if the ledger has recorded it.
  const status = isKept ? found : "stopped";
  const { storage } = leader.run;
  if (storage === undefined || leader.filled === 0) return resultOf(leader, status);
  const growth = await leader.scan(async ({ connection, table }) =>
    growthBetween(storage, await connection.dialect.live.batches.storage(connection, table)),
  );
  return { ...resultOf(leader, status), ...(growth && { growth }) };
}

/** Best effort: the error itself is what counts. */
async function writeDownFailure(loop: BatchLoop, error: unknown): Promise<void> {
  if (!loop.isOpen) return;
  const { connection, id } = loop.session;
  const text = error instanceof LockstepError ? `${error.code} ${textForLogs(error)}` : textForLogs(error);
  await endBackfill(connection, id, loop.role.worker, { status: "failed", error: text }).catch(duringCleanUp);
}
