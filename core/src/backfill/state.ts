import { digits } from "../base/digits.js";
import type { Connection } from "../dialect/connection.js";
import { type BackfillId, isSameLedgerTable } from "../dialect/ledger-store.js";
import { momentText } from "../model/moment.js";
import { type BackfillRecord, readBackfill } from "../target/ledger/backfills.js";
import { readWorkers, type Worker } from "../target/ledger/workers.js";

export type BackfillState =
  | "not begun"
  | "running"
  | "waiting"
  | "paused"
  | "interrupted"
  | "stopped"
  | "failed"
  | "done";

/** A backfill on a target, with its workers. */
export interface BackfillNow {
  /** Absent: it has not started there. */
  readonly record?: BackfillRecord;
  /** Workers with a recent heartbeat. */
  readonly workers: readonly Worker[];
}

/** A worker that is silent for this long is gone, or cannot reach the server. */
export const silentMs = 15_000;

/** Counts a run that waits only for the user's rate limit as working. */
const isAtWork = ({ report }: Worker) => report.state !== "waiting" || report.waiting?.signal === "max-rows-per-second";

/** The current state, from the ledger and the workers' heartbeats. */
export function stateOf({ record, workers }: BackfillNow): BackfillState {
  if (record === undefined) return "not begun";
  if (record.status === "done") return "done";
  const { paused, cancelled } = record.control;
  if (paused !== undefined && cancelled === undefined) return "paused";
  if (record.status !== "running") return record.status;
  const live = workers.filter((worker) => worker.silentMs < silentMs);
  if (live.length === 0) return "interrupted";
  return live.some(isAtWork) ? "running" : "waiting";
}

/** Whether a process works on it, even if paused. */
export function isWorkedOn({ record, workers }: BackfillNow): boolean {
  return record?.status === "running" && workers.some((worker) => worker.silentMs < silentMs);
}

/** `391 of about 5 000 rows processed`. The total is the server's estimate; without one, or beyond it, only the position is known. */
export function processedText({ rowsDone, rowsEstimated }: Pick<BackfillRecord, "rowsDone" | "rowsEstimated">): string {
  if (rowsEstimated > rowsDone) return `${digits(rowsDone)} of about ${digits(rowsEstimated)} rows processed`;
  return `${digits(rowsDone)} ${rowsDone === 1 ? "row" : "rows"} processed`;
}

/** The state as text, with who requested it and why. */
export function stateText(now: BackfillNow): string {
  const state = stateOf(now);
  const { paused, cancelled } = now.record?.control ?? {};
  if (state === "paused" && paused !== undefined) return `paused by ${wishText(paused)}`;
  if (state === "stopped" && cancelled !== undefined) return `cancelled by ${wishText(cancelled)}`;
  return state;
}

/** Why a cancelled run ended. */
export function cancelText({ who, why }: { readonly who: string; readonly why?: string | undefined }): string {
  return `cancelled by ${who}${why === undefined ? "" : ` (${why})`}`;
}

function wishText({ who, at, why }: { readonly who: string; readonly at: string; readonly why?: string | undefined }) {
  return `${who} on ${momentText(at)}${why === undefined ? "" : `: ${why}`}`;
}

/**
 * The next command for backfills in these states. Undefined: they are done.
 *
 * @param target name of the target. Default: all
 */
export function backfillCommand(plan: string, states: readonly BackfillState[], target?: string): string | undefined {
  const of = `${plan}${target === undefined ? "" : ` --target ${target}`}`;
  if (states.every((state) => state === "done")) return undefined;
  if (states.includes("paused")) return `npx lockstep backfill resume ${of}`;
  if (states.includes("running") || states.includes("waiting")) return `npx lockstep backfill status ${of} --watch`;
  return `npx lockstep backfill run ${of}`;
}

/** The same as the help text of a gate that waits for the backfill. */
export function backfillHelp(plan: string, now: BackfillNow): string {
  const state = stateOf(now);
  const command = backfillCommand(plan, [state === "done" ? "stopped" : state]);
  if (state === "paused") return `It is ${stateText(now)}. Resume it: ${command}`;
  return state === "running" || state === "waiting"
    ? `It runs now. Wait until it is done: ${command}`
    : `Run: ${command}`;
}

/** The plan's workers that work, or worked, on one backfill. */
export function workersOf(
  all: readonly Worker[],
  { table, once = false }: Omit<BackfillId, "plan">,
): readonly Worker[] {
  // MySQL's tables have no number, and a plan has one pass per table.
  return all.filter(
    (worker) =>
      worker.once === once && isSameLedgerTable({ ...worker.table, name: worker.table.name || table.name }, table),
  );
}

/** Reads the backfill's state from a target's ledger. */
export async function readBackfillNow(connection: Connection, id: BackfillId): Promise<BackfillNow> {
  const record = await readBackfill(connection, id);
  if (record === undefined) return { workers: [] };
  return { record, workers: workersOf(await readWorkers(connection, id.plan), id) };
}
