import type { BatchTimeouts, ComputedValues, Filled, FillTarget, KeyValues, Scope } from "../dialect/batches.js";
import type { Connection } from "../dialect/connection.js";
import type { Clock } from "../dialect/db/clock.js";
import type { Range } from "../dialect/ledger-store.js";

/** Rows of a batch: the first ones of a range, or some that the sweep found. */
export type BatchWork =
  | { readonly kind: "pass"; readonly range: Range }
  | { readonly kind: "sweep"; readonly keys: readonly KeyValues[] };

/** The lock timeout is below the server's deadlock_timeout (1 s), so that in a deadlock the batch fails and not the writer. */
export interface BatchOptions extends BatchTimeouts {
  /** Maximum number of rows. A sweep has already limited its keys. */
  readonly rows: number;
  /** Leave locked rows to the sweep. */
  readonly skipLocked: boolean;
  /** Nothing returns to a skipped row. */
  readonly isOnce: boolean;
  readonly clock: Clock;
  /** Computes the values of columns that functions fill. Called before the transaction that writes them. */
  readonly compute?: (scope: Scope) => Promise<readonly ComputedValues[]>;
}

export interface BatchResult {
  /** Rows passed. 0 for a sweep, because the pass has counted them. */
  readonly rows: number;
  /** Rows that now have a value. */
  readonly filled: number;
  /** Updated rows that still lack a value: the fill returns NULL, or a trigger removed it. */
  readonly empty: number;
  /** Rows in the batch, whether they needed a value or not. */
  readonly size: number;
  /** Duration of BEGIN: about one round trip to the server. */
  readonly beginMs: number;
  /** Duration of COMMIT. */
  readonly commitMs: number;
}

/** A rolled-back batch and its rows. */
export class BatchFailure extends Error {
  constructor(
    override readonly cause: unknown,
    /** Rows in the batch, and the last key. Undefined if it failed before they were known. */
    readonly extent: { readonly rows: number; readonly upper: KeyValues } | undefined,
  ) {
    super("A batch was rolled back");
  }
}

/** What a batch has done. In a pass, all rows up to `upper` are passed. */
export interface Done {
  readonly upper: KeyValues;
  readonly rows: number;
  readonly filled: number;
}

/**
 * Fills one batch in its own transaction, and records it in the same transaction.
 * @param keep records the batch. Throws if the batch must not be committed
 * @throws BatchFailure: nothing of the batch is kept, unless the session broke during COMMIT. Then read the ledger
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
      // Use the rows that the functions received, not rows added since.
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
  // A slightly larger batch, instead of a small one after it: sizes change a little from batch to batch. More rows may exist than were
  // counted, and an error about one row must concern exactly one.
  if (rows + rows / 4 > all && all > 1) return whole;
  const wanted = Math.min(rows, all);
  const upper = await connection.dialect.live.batches.endOf(connection, target, wanted, { after, upTo });
  // The last row of the range is gone.
  if (upper === undefined) return wanted === 1 ? { ...whole, rows: 0 } : whole;
  return { scope: { kind: "range", after, upTo: upper }, rows: wanted, upper };
}

/** In a pass over several columns, most rows lack all of them, so a row counts once. */
function sum(one: Filled, other: Filled): Filled {
  return { filled: Math.max(one.filled, other.filled), empty: Math.max(one.empty, other.empty) };
}
