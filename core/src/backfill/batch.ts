import type { Connection } from "../db/connection.js";
import { inTransaction } from "../db/transaction.js";
import type { Advance, OnceBounds } from "../ledger/backfills.js";
import { storeComputed } from "./computed-statements.js";
import type { ComputedValues } from "./computer.js";
import { type KeyValues, keyColumns, readingKeys } from "./keys.js";
import { batchEnd, type FillTarget, fillStatements, lastBatchEnd, type Scope } from "./statements.js";

/** Which rows: the next ones of the pass, or some that the sweep found. */
export type BatchWork =
  | {
      readonly kind: "pass";
      readonly after: KeyValues | null;
      /** Of a pass that is made once. Default: it ends at the end of the table. */
      readonly bounds?: OnceBounds;
    }
  | { readonly kind: "sweep"; readonly keys: readonly KeyValues[]; readonly bounds?: OnceBounds };

export interface BatchOptions {
  /** At most so many rows; a sweep has them counted already. */
  readonly rows: number;
  /** Leave locked rows to the sweep. */
  readonly skipLocked: boolean;
  /** Below the server's deadlock_timeout (1 s), so that in a deadlock it is the batch that gives way, not the writer. */
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** For columns that functions fill: their values for the rows of the batch. Asked before the transaction that writes. */
  readonly compute?: (scope: Scope, values: readonly unknown[]) => Promise<readonly ComputedValues[]>;
}

export interface BatchResult extends Advance {
  /** Of the rows updated, those that still lack a value: the fill yields NULL, or a trigger took it away. */
  readonly empty: number;
  /** Rows in the batch, whether they needed a value or not. */
  readonly size: number;
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
  let extent: Extent | undefined;
  const settings = settingsOf(options);
  const bounds = async () => {
    const read = () => extentOf(connection, target, work, options.rows);
    extent = await (work.kind === "pass" ? readingKeys(connection, target.isExact, read) : read());
    return extent;
  };
  try {
    let computed: readonly ComputedValues[] = [];
    if (options.compute !== undefined) {
      const { rows, scope, values } = await inTransaction(connection, { isReadOnly: true, settings }, bounds);
      if (rows > 0) computed = await options.compute(scope, values);
    }
    return await inTransaction(connection, { settings }, async () => {
      // The rows that the functions were asked about, not those that have come in since.
      extent ??= await bounds();
      const advance = { rows: work.kind === "pass" ? extent.rows : 0, cursor: extent.cursor };
      if (extent.rows === 0) {
        await keep({ ...advance, filled: 0 });
        return { ...advance, filled: 0, empty: 0, size: 0 };
      }
      const { filled, empty } = sum(
        await fill(connection, target, extent, options.skipLocked),
        await store(connection, target, computed, options.skipLocked),
      );
      await keep({ ...advance, filled: filled - empty });
      return { ...advance, filled: filled - empty, empty, size: extent.rows };
    });
  } catch (cause) {
    throw new BatchFailure(cause, extent && extent.rows > 0 ? { rows: extent.rows, upper: extent.upper } : undefined);
  }
}

function settingsOf({ lockTimeoutMs, statementTimeoutMs }: BatchOptions): Record<string, string | number> {
  return {
    lock_timeout: lockTimeoutMs,
    statement_timeout: statementTimeoutMs,
    // A runner that is suspended (a closed laptop) must not keep the rows of its batch locked.
    idle_in_transaction_session_timeout: 10_000,
    // An error instead of rows that a policy hides.
    row_security: "off",
    // Statistics lag behind a backfill; one plan with a full scan would read the whole table for each batch.
    enable_seqscan: "off",
    jit: "off",
  };
}

interface Extent {
  readonly scope: Scope;
  readonly values: readonly unknown[];
  readonly rows: number;
  /** The last key; empty when there are no rows. */
  readonly upper: KeyValues;
  readonly cursor: Advance["cursor"];
}

async function extentOf(connection: Connection, target: FillTarget, work: BatchWork, rows: number): Promise<Extent> {
  const { bounds = {} } = work;
  const cursor = { ...bounds, phase: "sweep" } as const;
  if (work.kind === "sweep") {
    const { keys } = work;
    return {
      scope: { kind: "keys" },
      values: keyColumns(target.key, keys),
      rows: keys.length,
      upper: keys.at(-1) ?? [],
      cursor,
    };
  }
  const after = work.after ?? [];
  const { upTo = [] } = bounds;
  const scope: Scope = { kind: "range", isFirst: work.after === null };
  const ahead = { isFirst: scope.isFirst, isBounded: bounds.upTo !== undefined };
  const full = await connection.query<{ upper: KeyValues }>(batchEnd(target, ahead), [rows, ...after, ...upTo]);
  const upper = full.rows[0]?.upper;
  if (upper !== undefined) {
    return { scope, values: [...upper, ...after], rows, upper, cursor: { ...bounds, phase: "pass", after: upper } };
  }
  // The rest of the table. The pass ends here, although writers may add more at this very moment: chasing them could
  // take for ever, and the sweep finds those that no trigger has filled.
  const rest = await connection.query<{ upper: KeyValues | null; rows: number }>(lastBatchEnd(target, ahead), [
    ...after,
    ...upTo,
  ]);
  const last = rest.rows[0]!;
  if (last.upper === null) return { scope, values: [], rows: 0, upper: [], cursor };
  return { scope, values: [...last.upper, ...after], rows: Math.max(last.rows, 1), upper: last.upper, cursor };
}

async function fill(
  connection: Connection,
  target: FillTarget,
  extent: Extent,
  skipLocked: boolean,
): Promise<{ filled: number; empty: number }> {
  let filled = 0;
  let empty = 0;
  for (const [at, statement] of fillStatements(target, extent.scope, skipLocked).entries()) {
    const { rows } = await connection.query<{ filled: number; empty: number }>(statement, extent.values);
    filled += rows[0]!.filled;
    empty += rows[0]!.empty;
    // All rows lacked all columns, so there is none that lacks only some. The others count rows that lack one of them.
    if (at === 0 && target.isKeyUnique && filled === extent.rows && empty === 0) break;
  }
  return { filled, empty };
}

interface Filled {
  readonly filled: number;
  readonly empty: number;
}

/** Writes what the functions returned, where the rows are as they were. */
async function store(
  connection: Connection,
  target: FillTarget,
  computed: readonly ComputedValues[],
  skipLocked: boolean,
): Promise<Filled> {
  let total: Filled = { filled: 0, empty: 0 };
  for (const { column, rows } of computed) {
    if (rows.length === 0) continue;
    const values = [
      ...keyColumns(
        target.key,
        rows.map(({ key }) => key),
      ),
      ...column.compute.reads.map((_, at) => rows.map(({ seen }) => seen[at])),
      rows.map(({ value }) => value),
    ];
    // Under the settings with which the inputs were read: their text is compared.
    const stored = await readingKeys(connection, target.isExact, () =>
      connection.query<Filled>(storeComputed(target, column, skipLocked), values),
    );
    total = sum(total, stored.rows[0]!);
  }
  return total;
}

/** In a pass over several columns most rows lack all of them: they count once. */
function sum(one: Filled, other: Filled): Filled {
  return { filled: Math.max(one.filled, other.filled), empty: Math.max(one.empty, other.empty) };
}
