import type { Ahead, FillTarget, Scope } from "../dialect/batches.js";
import type { Connection } from "../dialect/connection.js";
import { isValuesFault } from "../dialect/db/value-fault.js";
import { textWithoutValues } from "../dialect/db/without-values.js";
import type { RunSettings } from "./input.js";

/** Cost of a row in a batch. */
export interface RowCost {
  readonly ms: number;
  /** Bytes written to the WAL or redo log. Undefined if the account may not read them. */
  readonly logBytes: number | undefined;
}

export interface Tried {
  /**
   * When the rows' pages, in the table and its indexes, are changed for the first time since the last checkpoint, and may be read from
   * disk.
   */
  readonly first: RowCost;
  /** The same rows a second time. */
  readonly again: RowCost;
  /** Bytes of the values that a row gets. 0 if rows do not move because of them. */
  readonly valueBytes: number;
}

/** Rows of the first batch. It warms up the cache, and so do the next ones. */
const startRows = 200;
const mostRows = 5000;
const mostBatches = 5;
/** Writers of a batch's rows wait at most this long. */
const mostMs = 150;

/** Ends a test transaction. */
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
 * Fills some batches at the start of a table, and rolls each back. They leave as many dead rows: at most a tenth of the table, and one
 * batch twice.
 * @param total rows of the table
 * @returns if no batch could be tested: why
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
 * @param find finds the rows inside the batch, as a run does. Undefined: there are not enough
 * @returns undefined also if none of them lacks a value
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
