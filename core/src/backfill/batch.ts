import type { BatchTimeouts, ComputedValues, Filled, FillTarget, KeyValues, Scope } from "../dialect/batches.js";
import type { Connection } from "../dialect/connection.js";
import type { Clock } from "../dialect/db/clock.js";
import type { Range } from "../dialect/ledger-store.js";

/** Which rows: the first ones of a range, or some that the sweep found. */
export type BatchWork =
  | { readonly kind: "pass"; readonly range: Range }
  | { readonly kind: "sweep"; readonly keys: readonly KeyValues[] };

/** The lock timeout: below the server's deadlock_timeout (1 s), so that in a deadlock it is the batch that gives way, not the writer. */
export interface BatchOptions extends BatchTimeouts {
  /** At most so many rows; a sweep has them counted already. */
  readonly rows: number;
  /** Leave locked rows to the sweep. */
  readonly skipLocked: boolean;
  /** Nothing comes back to a row that is left out. */
  readonly isOnce: boolean;
  readonly clock: Clock;
  /** For columns that functions fill: their values for the rows of the batch. Asked before the transaction that writes. */
  readonly compute?: (scope: Scope) => Promise<readonly ComputedValues[]>;
}

export interface BatchResult {
  /** Rows passed; of a sweep none, for they were. */
  readonly rows: number;
  /** Rows that have a value now. */
  readonly filled: number;
  /** Of the rows updated, those that still lack a value: the fill yields NULL, or a trigger took it away. */
  readonly empty: number;
  /** Rows in the batch, whether they needed a value or not. */
  readonly size: number;
  /** How long its BEGIN took: little more than a message to the server and back. */
  readonly beginMs: number;
  /** How long its COMMIT took. */
  readonly commitMs: number;
}

/** A batch that was rolled back, and which rows it was about. */
export class BatchFailure extends Error {
  constructor(
    override readonly cause: unknown,
    /** Rows in the batch, and the last of their keys; undefined when it failed before these were known. */
    readonly extent: { readonly rows: number; readonly upper: KeyValues } | undefined,
  ) {
    super("A batch was rolled back");
  }
}

/** What a batch has done: in a pass, all rows up to a key are passed. */
export interface Done {
  readonly upper: KeyValues;
  readonly rows: number;
  readonly filled: number;
}

/**
 * Fills one batch in a transaction of its own, and writes down in the same transaction that it is done.
 * @param keep writes it down; throws when the batch must not be kept
 * @throws BatchFailure; nothing of the batch is kept then, unless the session broke during COMMIT: ask the ledger
 */
export async function runBatch(
  connection: Connection,
  target: FillTarget,
  work: BatchWork,
  options: BatchOptions,
  keep: (done: Done) => Promise<void>,
): Promise<BatchResult> {
  const { batches } = connection.dialect.live;
  const { rows: wanted, skipLocked, isOnce, clock, compute } = options;
  let extent: Extent | undefined;
  let keptMs = 0;
  const kept = async (done: Done) => {
    await keep(done);
    keptMs = options.clock.now();
  };
  const measure = async () => {
    extent = await extentOf(connection, target, work, wanted);
    return extent;
  };
  try {
    let computed: readonly ComputedValues[] = [];
    if (compute !== undefined) {
      const { rows, scope } = await batches.inBatch(connection, { ...options, isReadOnly: true }, measure);
      if (rows > 0) computed = await compute(scope);
    }
    const startMs = clock.now();
    const result = await batches.inBatch(connection, options, async () => {
      const beginMs = clock.now() - startMs;
      // The rows that the functions were asked about, not those that have come in since.
      const { rows, scope, upper } = extent ?? (await measure());
      const passed = work.kind === "pass" ? rows : 0;
      const counted = isOnce ? {} : { rows };
      let total = await batches.fill(connection, target, scope, { ...counted, skipLocked });
      for (const values of computed)
        if (values.rows.length > 0) total = sum(total, await batches.store(connection, target, values, skipLocked));
      const filled = total.filled - total.empty;
      await kept({ upper, rows: passed, filled });
      return { rows: passed, filled, empty: total.empty, size: rows, beginMs };
    });
    return { ...result, commitMs: options.clock.now() - keptMs };
  } catch (cause) {
    throw new BatchFailure(cause, extent && { rows: extent.rows, upper: extent.upper });
  }
}

interface Extent {
  readonly scope: Scope;
  readonly rows: number;
  /** The last key. */
  readonly upper: KeyValues;
}

async function extentOf(connection: Connection, target: FillTarget, work: BatchWork, rows: number): Promise<Extent> {
  if (work.kind === "sweep") {
    const { keys } = work;
    return { scope: { kind: "keys", keys }, rows: keys.length, upper: keys.at(-1) ?? [] };
  }
  const { after, upTo, rows: all } = work.range;
  const whole = { scope: { kind: "range", after, upTo }, rows: all, upper: upTo } as const;
  // More may have come in since they were counted: what is said of one row must be one.
  if (rows >= all && all > 1) return whole;
  const wanted = Math.min(rows, all);
  const upper = await connection.dialect.live.batches.endOf(connection, target, wanted, { after, upTo });
  // The last row of the range has gone.
  if (upper === undefined) return wanted === 1 ? { ...whole, rows: 0 } : whole;
  return { scope: { kind: "range", after, upTo: upper }, rows: wanted, upper };
}

/** In a pass over several columns most rows lack all of them: they count once. */
function sum(one: Filled, other: Filled): Filled {
  return { filled: Math.max(one.filled, other.filled), empty: Math.max(one.empty, other.empty) };
}
