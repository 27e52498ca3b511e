import type { Ahead, FillTarget, Scope } from "../dialect/batches.js";
import type { Connection } from "../dialect/connection.js";
import { isValuesFault } from "../dialect/db/value-fault.js";
import { textWithoutValues } from "../dialect/db/without-values.js";
import type { RunSettings } from "./input.js";

/** What a row takes in a batch. */
export interface RowCost {
  readonly ms: number;
  /** Of the log of changes; undefined where the account may not ask. */
  readonly logBytes: number | undefined;
}

export interface Tried {
  /** The pages that rows lie on, in the table and in its indexes, are met for the first time since the last checkpoint, perhaps read from disk. */
  readonly first: RowCost;
  /** The same rows once more. */
  readonly again: RowCost;
  /** Of the values that a row gets; 0 where rows do not move for them. */
  readonly valueBytes: number;
}

/** Rows of the first batch; it warms up, and so do the next ones. */
const startRows = 200;
const mostRows = 5000;
const mostBatches = 5;
/** Writers of its rows wait no longer for one. */
const mostMs = 150;

/** Ends a transaction that was only tried. */
const takenBack = Symbol("taken back");

type RangeScope = Extract<Scope, { kind: "range" }>;

interface TriedBatch {
  readonly scope: RangeScope;
  readonly rows: number;
  readonly ms: number;
  readonly logBytes: number | undefined;
  readonly valueBytes: number;
}

/**
 * Fills some batches at the beginning of a table, and rolls each of them back. What they leave is as many dead rows: of no more than a tenth
 * of the table, and of one batch once more.
 * @param total rows of the table
 * @returns why none could be tried, instead
 */
export async function tryBatches(
  connection: Connection,
  target: FillTarget,
  start: Ahead,
  total: number,
  settings: RunSettings,
): Promise<Tried | string> {
  const { batches } = connection.dialect.live;
  let last: TriedBatch | undefined;
  let msPerRow = Number.POSITIVE_INFINITY;
  try {
    let [rows, all] = [startRows, 0];
    for (let batch = 1; batch <= mostBatches; batch++) {
      all += rows;
      if (last !== undefined && all * 10 > total) break;
      const after = last === undefined ? start.after : last.scope.upTo;
      const next = await tryBatch(connection, target, rows, settings, async () => {
        const upTo = await batches.endOf(connection, target, rows, { ...start, after });
        return upTo && { kind: "range", after, upTo };
      });
      if (next === undefined) break;
      last = next;
      msPerRow = Math.min(msPerRow, next.ms / next.rows);
      rows = Math.max(1, Math.min(rows * 5, mostRows, Math.floor(mostMs / msPerRow)));
    }
    if (last === undefined) return "the first rows have values already, or there are too few";
    const { scope, rows: lastRows, valueBytes } = last;
    const again = (await tryBatch(connection, target, lastRows, settings, async () => scope)) ?? last;
    return {
      first: { ms: msPerRow, logBytes: logPerRow(last) },
      again: { ms: Math.min(msPerRow, again.ms / again.rows), logBytes: logPerRow(again) },
      valueBytes,
    };
  } catch (error) {
    return isValuesFault(error) ? textWithoutValues(error) : (error as Error).message;
  }
}

const logPerRow = ({ logBytes, rows }: TriedBatch) => (logBytes === undefined ? undefined : logBytes / rows);

/**
 * @param find which rows, asked in the batch, as a run does it; undefined: there are not so many
 * @returns undefined also when none of them lacks a value
 */
async function tryBatch(
  connection: Connection,
  target: FillTarget,
  rows: number,
  { clock, lockTimeoutMs, batchTimeoutMs: statementTimeoutMs }: RunSettings,
  find: () => Promise<RangeScope | undefined>,
): Promise<TriedBatch | undefined> {
  const { batches } = connection.dialect.live;
  const before = await batches.logBytes(connection);
  const startMs = clock.now();
  let done: Pick<TriedBatch, "scope" | "ms" | "valueBytes"> | undefined;
  try {
    await batches.inBatch(connection, { lockTimeoutMs, statementTimeoutMs }, async () => {
      const scope = await find();
      if (scope === undefined) throw takenBack;
      const { filled } = await batches.fill(connection, target, scope, { rows, skipLocked: true });
      const ms = Math.max(clock.now() - startMs, 0.1);
      if (filled === 0) throw takenBack;
      done = { scope, ms, valueBytes: (await batches.valueBytes?.(connection, target, scope)) ?? 0 };
      throw takenBack;
    });
  } catch (error) {
    if (error !== takenBack) throw error;
  }
  if (done === undefined) return undefined;
  const after = await batches.logBytes(connection);
  return { ...done, rows, logBytes: before === undefined || after === undefined ? undefined : after - before };
}
