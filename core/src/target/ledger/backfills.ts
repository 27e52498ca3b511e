import * as z from "zod";
import type { Connection } from "../../dialect/connection.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type { Advance, BackfillId, BackfillWork, Cursor } from "../../dialect/ledger-store.js";
import { isSameLedgerTable, type LedgerTable } from "../../dialect/ledger-store.js";
import { controlSchema } from "./control.js";
import { count, moment, readRow } from "./read.js";
import { ensureLedger, hasLedger, ledgerError } from "./schema.js";

// Reading does not upgrade a ledger. Version 1 only has single-column keys.
export const keyValues = z.union([
  z.array(z.string()).readonly(),
  z.string().transform((text): readonly string[] => [text]),
]);
const keyColumns = z.array(z.object({ column: z.string(), type: z.string() })).readonly();

// For a pass that runs only once.
const onceBounds = z.object({
  // The end of the pass: the greatest key when it started.
  upTo: keyValues.optional(),
  // Every transaction before this one had ended when it started (64 bits).
  since: z.string().optional(),
  // The server on which the cursor was written.
  server: z.string().optional(),
  // Distinguishes its columns from later ones with the same names.
  made: z.record(z.string(), z.string()).optional(),
});

const cursorSchema = z.discriminatedUnion("phase", [
  // The last key of the last batch, one text per column, because keys may exceed JavaScript's number range.
  onceBounds.extend({ phase: z.literal("pass"), after: keyValues.nullable() }),
  // The pass is complete. Only rows inserted behind the cursor are left.
  onceBounds.extend({ phase: z.literal("sweep") }),
]);

const columns = z.array(z.string());
const workSchema = z.union([
  z.object({ key: keyColumns, columns }),
  z
    .object({ key: z.string(), keyType: z.string(), columns })
    .transform((work) => ({ key: [{ column: work.key, type: work.keyType }], columns: work.columns })),
]);

export const recordSchema = z
  .object({
    plan: z.string(),
    table_schema: z.string(),
    table_name: z.string(),
    table_oid: z.number(),
    // Missing in version 2.
    once: z.boolean().default(false),
    status: z.enum(["running", "stopped", "failed", "done"]),
    spec: workSchema,
    cursor: cursorSchema,
    rows_done: count,
    rows_filled: count,
    rows_estimated: count,
    batches: count,
    started_at: moment,
    updated_at: moment,
    finished_at: moment.nullable(),
    runner: z.string(),
    error: z.string().nullable(),
    // Missing in version 4.
    control: controlSchema.default({ settings: {} }),
    is_open: z.boolean().default(false),
  })
  .transform((row) => ({
    plan: row.plan,
    table: { schema: row.table_schema, name: row.table_name, oid: row.table_oid } satisfies LedgerTable,
    once: row.once,
    /** Also `running` if the runner was killed: only its lock shows whether a runner is alive (`findRunner`). */
    status: row.status,
    work: row.spec,
    cursor: row.cursor,
    /** Rows passed, filled or not. */
    rowsDone: row.rows_done,
    rowsFilled: row.rows_filled,
    rowsEstimated: row.rows_estimated,
    batches: row.batches,
    startedAt: row.started_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at,
    runner: row.runner,
    error: row.error,
    /** The control requests for its runs. */
    control: row.control,
    /** The fills were tested on all rows, so workers can take ranges. */
    isOpen: row.is_open,
  }));

/** One backfill on one target, as the ledger records it. Times are the server's, ISO 8601. */
export type BackfillRecord = Readonly<z.output<typeof recordSchema>>;

/** The backfills of a plan on this target, including dropped tables. Without a ledger: none. */
export async function readBackfills(connection: Connection, plan: string): Promise<readonly BackfillRecord[]> {
  if (!(await hasLedger(connection))) return [];
  try {
    const rows = await connection.dialect.live.ledger.backfills(connection, plan);
    return rows.map((row) => readRow(recordSchema, row, "backfills", connection));
  } catch (error) {
    throw ledgerError(connection, error);
  }
}

/** One backfill, or undefined if it has never started on this table. */
export async function readBackfill(connection: Connection, id: BackfillId): Promise<BackfillRecord | undefined> {
  const records = await readBackfills(connection, id.plan);
  const { table, once = false } = id;
  return records.find((record) => isSameLedgerTable(record.table, table) && record.once === once);
}

/**
 * Registers a runner: from here on, only it may advance the cursor. Resumes where the last runner stopped. Starts again if the key or the
 * columns changed, or on request. The caller holds the runner's lock.
 */
export async function beginBackfill(
  connection: Connection,
  id: BackfillId,
  begin: {
    readonly work: BackfillWork;
    readonly runner: string;
    readonly rowsEstimated: number;
    /** When an earlier run was cancelled: the new run withdraws that request only. Default: none. */
    readonly takesBack?: string | null;
    /** Where a first run starts. Default: at the first row. */
    readonly start?: Cursor;
    /** Ignores the ledger's existing state. Default: false. */
    readonly isAnew?: boolean;
    /**
     * Returns the cursor to resume from, given the ledger's; in the same transaction, because other workers advance it. Default: the
     * ledger's.
     */
    readonly goOnFrom?: (cursor: Cursor) => Cursor;
  },
): Promise<BackfillRecord> {
  await ensureLedger(connection);
  const { start = { phase: "pass", after: null }, takesBack = null, isAnew = false } = begin;
  try {
    return await inTransaction(connection, {}, async () => {
      const row = await connection.dialect.live.ledger.begin(connection, id, { ...begin, start, takesBack, isAnew });
      const record = readRow(recordSchema, row, "backfills", connection);
      if (begin.goOnFrom === undefined) return record;
      const cursor = begin.goOnFrom(record.cursor);
      await advanceBackfill(connection, id, begin.runner, { cursor, rows: 0, filled: 0 });
      return { ...record, cursor };
    });
  } catch (error) {
    throw ledgerError(connection, error);
  }
}

/**
 * Advances the cursor in the transaction of the batch: both are committed or neither.
 * @returns false if another runner has registered since: then the batch must be rolled back
 */
export function advanceBackfill(
  connection: Connection,
  id: BackfillId,
  runner: string,
  advance: Advance,
): Promise<boolean> {
  return connection.dialect.live.ledger.advance(connection, id, runner, advance);
}

/** Records how a run ended. The cursor does not change. */
export function endBackfill(
  connection: Connection,
  id: BackfillId,
  runner: string,
  end: { readonly status: "stopped" | "failed" | "done"; readonly error?: string },
): Promise<void> {
  return connection.dialect.live.ledger.end(connection, id, runner, end);
}
