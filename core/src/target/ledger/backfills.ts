import * as z from "zod";
import type { Connection } from "../../dialect/connection.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type { Advance, BackfillId, BackfillWork, Cursor } from "../../dialect/ledger-store.js";
import { isSameLedgerTable, type LedgerTable } from "../../dialect/ledger-store.js";
import { controlSchema } from "./control.js";
import { count, moment, readRow } from "./read.js";
import { ensureLedger, hasLedger, ledgerError } from "./schema.js";

// Reading does not bring a ledger up to date: version 1 knew keys of one column only.
export const keyValues = z.union([
  z.array(z.string()).readonly(),
  z.string().transform((text): readonly string[] => [text]),
]);
const keyColumns = z.array(z.object({ column: z.string(), type: z.string() })).readonly();

// Of a pass that is made once.
const onceBounds = z.object({
  // Where it ends: the greatest key at its start.
  upTo: keyValues.optional(),
  // Every transaction before this one had ended at its start (64 bits).
  since: z.string().optional(),
  // Which server the cursor was written on.
  server: z.string().optional(),
  // What tells its columns from later ones of their names.
  made: z.record(z.string(), z.string()).optional(),
});

const cursorSchema = z.discriminatedUnion("phase", [
  // The last key of the last batch, a text for each of its columns: keys may be larger than any JavaScript number.
  onceBounds.extend({ phase: z.literal("pass"), after: keyValues.nullable() }),
  // The table was passed once; what is left are rows that came in behind the cursor.
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
    // Version 2 did not know it.
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
    // Version 4 did not know it.
    control: controlSchema.default({ settings: {} }),
    is_open: z.boolean().default(false),
  })
  .transform((row) => ({
    plan: row.plan,
    table: { schema: row.table_schema, name: row.table_name, oid: row.table_oid } satisfies LedgerTable,
    once: row.once,
    /** `running` also when the runner was killed: whether one is alive is known by its lock (`findRunner`). */
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
    /** What people want of its runs. */
    control: row.control,
    /** Fills were tried on all rows: ranges may be taken. */
    isOpen: row.is_open,
  }));

/** One backfill on one target, as the ledger knows it. Times are the server's, ISO 8601. */
export type BackfillRecord = Readonly<z.output<typeof recordSchema>>;

/** The backfills of a plan on this target; also those of tables that are gone. Without a ledger: none. */
export async function readBackfills(connection: Connection, plan: string): Promise<readonly BackfillRecord[]> {
  if (!(await hasLedger(connection))) return [];
  try {
    const rows = await connection.dialect.live.ledger.backfills(connection, plan);
    return rows.map((row) => readRow(recordSchema, row, "backfills", connection));
  } catch (error) {
    throw ledgerError(connection, error);
  }
}

/** One backfill, or undefined when it has never begun on this table. */
export async function readBackfill(connection: Connection, id: BackfillId): Promise<BackfillRecord | undefined> {
  const records = await readBackfills(connection, id.plan);
  const { table, once = false } = id;
  return records.find((record) => isSameLedgerTable(record.table, table) && record.once === once);
}

/**
 * Enters a runner: from here on only it may advance the cursor. Goes on where the last runner stopped; starts anew when the
 * key or the columns are others now, or when it is told to. The caller holds the runner's lock.
 */
export async function beginBackfill(
  connection: Connection,
  id: BackfillId,
  begin: {
    readonly work: BackfillWork;
    readonly runner: string;
    readonly rowsEstimated: number;
    /** When somebody has cancelled an earlier run: a new one takes that back, and only that. Default: nothing. */
    readonly takesBack?: string | null;
    /** Where a first run begins. Default: at the first row. */
    readonly start?: Cursor;
    /** Whatever the ledger has of it is of no use. Default: false. */
    readonly isAnew?: boolean;
    /** The cursor to go on from, told where the ledger has it; in the same transaction, for other workers move it on. Default: that one. */
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
 * Moves the cursor, in the transaction of the batch: both are kept or neither.
 * @returns false when another runner has entered since: then the batch must not be kept
 */
export function advanceBackfill(
  connection: Connection,
  id: BackfillId,
  runner: string,
  advance: Advance,
): Promise<boolean> {
  return connection.dialect.live.ledger.advance(connection, id, runner, advance);
}

/** Writes down how a run ended. The cursor stays where it is. */
export function endBackfill(
  connection: Connection,
  id: BackfillId,
  runner: string,
  end: { readonly status: "stopped" | "failed" | "done"; readonly error?: string },
): Promise<void> {
  return connection.dialect.live.ledger.end(connection, id, runner, end);
}
