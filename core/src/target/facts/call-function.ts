import { LockstepError } from "../../base/errors.js";
import { handledElsewhere } from "../../base/expected-errors.js";
import type { FillFunction, FillRow } from "../../config/fill-function.js";
import type { Clock } from "../../dialect/db/clock.js";
import type { FunctionValues } from "../../dialect/functions.js";
import { type ComputedFill, functionLabel } from "../../model/index.js";

/** An input row for a function. */
export interface AskedRow {
  /** Identifies it in messages: `id=5`. */
  readonly label: string;
  readonly input: FillRow;
}

export interface FunctionCall {
  readonly compute: ComputedFill;
  readonly run: FillFunction;
  readonly column: { readonly name: string; readonly type: string };
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Converts values to text for the server. */
  readonly text: FunctionValues["text"];
  /** Passes Ctrl-C on to the function. */
  readonly signal?: AbortSignal;
}

/**
 * Calls a user's function for some rows, and checks the result before any of it is used.
 *
 * @returns one value per row, as text for the server
 * @throws LS5050 it threw · LS5051 another number of values · LS5052 a value that no column can store · LS5053 rows without a
 *   value · LS5055 it took too long
 */
export async function callFunction(call: FunctionCall, rows: readonly AskedRow[]): Promise<readonly string[]> {
  const label = functionLabel(call.compute);
  const values = await answerOf(call, rows, label);
  if (!Array.isArray(values))
    throw new LockstepError(
      "LS5051",
      `The ${label} returned ${shown(values)} for ${counted(rows.length)}, not a list.`,
    );
  if (values.length !== rows.length)
    throw new LockstepError(
      "LS5051",
      `The ${label} returned ${values.length === 1 ? "1 value" : `${values.length} values`} for ${counted(rows.length)}.`,
    );
  const texts = rows.map((row, at) => textOf(values[at], row, call, label));
  const empty = rows.filter((_, at) => texts[at] === undefined);
  if (empty.length > 0)
    throw new LockstepError("LS5053", `The ${label} returned no value for ${rowNames(empty)}.`, {
      details: { rows: empty.map((row) => row.label) },
    });
  return texts as string[];
}

/** `id=1, id=2, id=3, … (100 rows)` */
export function rowNames(rows: readonly { readonly label: string }[]): string {
  const names = rows.slice(0, 3).map((row) => row.label);
  return rows.length > 3 ? `${names.join(", ")}, … (${rows.length} rows)` : names.join(", ");
}

async function answerOf(call: FunctionCall, rows: readonly AskedRow[], label: string): Promise<unknown> {
  const { run, timeoutMs, clock, signal } = call;
  const stop = new AbortController();
  const over = new AbortController();
  const late = Symbol();
  const forward = () => stop.abort(signal?.reason);
  signal?.addEventListener("abort", forward, { once: true });
  if (signal?.aborted) forward();
  try {
    // Wrapped in an async function: one that is not async may throw before it returns a promise.
    const answer = (async () =>
      run(
        rows.map((row) => row.input),
        { signal: stop.signal },
      ))();
    // A function that ignores the signal must not delay Ctrl-C.
    const limit = clock.sleep(timeoutMs, AbortSignal.any([over.signal, stop.signal])).then(() => late);
    const first = await Promise.race([answer, limit]);
    if (first !== late) return first;
    // The result is no longer needed. A later error must not become an unhandled rejection.
    answer.catch(handledElsewhere);
  } catch (cause) {
    if (stop.signal.aborted) throw interrupted(label);
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    const withoutReason = `The ${label} threw for ${rowNames(rows)}`;
    throw new LockstepError("LS5050", `${withoutReason}: ${reason}`, {
      details: { rows: rows.map((row) => row.label), withoutReason },
      cause,
    });
  } finally {
    over.abort();
    signal?.removeEventListener("abort", forward);
  }
  if (stop.signal.aborted) throw interrupted(label);
  stop.abort();
  throw new LockstepError(
    "LS5055",
    `The ${label} took longer than ${timeoutMs / 1000} s for ${counted(rows.length)}: ${rowNames(rows)}.`,
  );
}

function textOf(value: unknown, row: AskedRow, { column, text }: FunctionCall, label: string): string | undefined {
  try {
    return text(value, column.type);
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    throw new LockstepError("LS5052", `The ${label} returned ${error.message} for ${row.label}.`, { hint: error.hint });
  }
}

function interrupted(label: string): LockstepError {
  return new LockstepError("LS5002", `The ${label} was interrupted.`);
}

function counted(rows: number): string {
  return rows === 1 ? "1 row" : `${rows} rows`;
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
