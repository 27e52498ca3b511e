import type { Clock } from "../db/clock.js";
import type { BatchTimeouts, ComputedValues, Filled, FillTarget, KeyValues, Scope } from "../dialects/batches.js";
import type { Connection } from "../dialects/connection.js";
import type { Advance, OnceBounds } from "../dialects/ledger-store.js";

/** Which rows: the next ones of the pass, or some that the sweep found. */
export type BatchWork =
  | {
      readonly kind: "pass";
      readonly after: KeyValues | null;
      /** Of a pass that is made once. Default: it ends at the end of the table. */
      readonly bounds?: OnceBounds;
    }
  | { readonly kind: "sweep"; readonly keys: readonly KeyValues[]; readonly bounds?: OnceBounds };

/** The lock timeout: below the server's deadlock_timeout (1 s), so that in a deadlock it is the batch that gives way, not the writer. */
export interface BatchOptions extends BatchTimeouts {
  /** At most so many rows; a sweep has them counted already. */
  readonly rows: number;
  /** Leave locked rows to the sweep. */
  readonly skipLocked: boolean;
  readonly clock: Clock;
  /** For columns that functions fill: their values for the rows of the batch. Asked before the transaction that writes. */
  readonly compute?: (scope: Scope) => Promise<readonly ComputedValues[]>;
}

export interface BatchResult extends Advance {
  /** Of the rows updated, those that still lack a value: the fill yields NULL, or a trigger took it away. */
  readonly empty: number;
  /** Rows in the batch, whether they needed a value or not. */
  readonly size: number;
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

/**
 * Fills one batch in a transaction of its own, and moves the cursor in the same transaction.
 * @param keep writes the cursor; throws when the batch must not be kept
 * @throws BatchFailure; nothing of the batch is kept then, unless the session broke during COMMIT: ask the ledger
 */
export async function runBatch(
  connection: Connection,
  target: FillTarget,
  work: BatchWork,
  options: BatchOptions,
  keep: (advance: Advance) => Promise<void>,
): Promise<BatchResult> {
  const { batches } = connection.dialect;
  const { rows: wanted, skipLocked, compute } = options;
  let extent: Extent | undefined;
  let keptMs = 0;
  const kept = async (advance: Advance) => {
    await keep(advance);
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
    const result = await batches.inBatch(connection, options, async () => {
      // The rows that the functions were asked about, not those that have come in since.
      const { rows, scope, cursor } = extent ?? (await measure());
      const advance = { rows: work.kind === "pass" ? rows : 0, cursor };
      if (rows === 0) {
        await kept({ ...advance, filled: 0 });
        return { ...advance, filled: 0, empty: 0, size: 0 };
      }
      let total = await batches.fill(connection, target, scope, { rows, skipLocked });
      for (const values of computed)
        if (values.rows.length > 0) total = sum(total, await batches.store(connection, target, values, skipLocked));
      const filled = total.filled - total.empty;
      await kept({ ...advance, filled });
      return { ...advance, filled, empty: total.empty, size: rows };
    });
    return { ...result, commitMs: options.clock.now() - keptMs };
  } catch (cause) {
    throw new BatchFailure(cause, extent && extent.rows > 0 ? { rows: extent.rows, upper: extent.upper } : undefined);
  }
}

interface Extent {
  readonly scope: Scope;
  readonly rows: number;
  /** The last key; empty when there are no rows. */
  readonly upper: KeyValues;
  readonly cursor: Advance["cursor"];
}

async function extentOf(connection: Connection, target: FillTarget, work: BatchWork, rows: number): Promise<Extent> {
  const { batches } = connection.dialect;
  const { bounds = {} } = work;
  const cursor = { ...bounds, phase: "sweep" } as const;
  if (work.kind === "sweep") {
    const { keys } = work;
    return { scope: { kind: "keys", keys }, rows: keys.length, upper: keys.at(-1) ?? [], cursor };
  }
  const { after } = work;
  const ahead = { after, ...(bounds.upTo === undefined ? {} : { upTo: bounds.upTo }) };
  const upper = await batches.endOf(connection, target, rows, ahead);
  if (upper !== undefined)
    return {
      scope: { kind: "range", after, upTo: upper },
      rows,
      upper,
      cursor: { ...bounds, phase: "pass", after: upper },
    };
  // The rest of the table. The pass ends here, although writers may add more at this very moment: chasing them could
  // take for ever, and the sweep finds those that no trigger has filled.
  const { upTo, rows: left } = await batches.rest(connection, target, ahead);
  if (upTo === undefined) return { scope: { kind: "keys", keys: [] }, rows: 0, upper: [], cursor };
  return { scope: { kind: "range", after, upTo }, rows: Math.max(left, 1), upper: upTo, cursor };
}

/** In a pass over several columns most rows lack all of them: they count once. */
function sum(one: Filled, other: Filled): Filled {
  return { filled: Math.max(one.filled, other.filled), empty: Math.max(one.empty, other.empty) };
}
