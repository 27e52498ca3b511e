import * as z from "zod";
import type { Connection } from "../../dialect/connection.js";
import type { BackfillId, LedgerTable } from "../../dialect/ledger-store.js";
import { readRow } from "./read.js";
import { hasLedger, ledgerError } from "./schema.js";

const point = z.object({
  /** When the interval started, in milliseconds since 1970, by the clock of the process that led the run. */
  at: z.number(),
  /** How long any worker was active. */
  forMs: z.number(),
  /** The rows passed in this interval. */
  rows: z.number(),
  /** The maximum replica lag. */
  lagMs: z.number().optional(),
  /** What paused the run, for how long, and the latest reason. */
  waits: z.array(z.object({ signal: z.string(), reason: z.string(), ms: z.number() })).optional(),
});

const progressHistory = z.object({
  /** The length of an interval. It doubles when there are too many. */
  widthMs: z.number(),
  points: z.array(point),
});

/** The progress of a backfill over time: rows, lag, waits. Contains no row values. */
export type ProgressHistory = Readonly<z.output<typeof progressHistory>>;
export type ProgressPoint = Readonly<z.output<typeof point>>;

const progressHistoryRow = z
  .object({
    table_schema: z.string(),
    table_name: z.string(),
    table_oid: z.number(),
    once: z.boolean(),
    course: progressHistory,
  })
  .transform((row) => ({
    table: { schema: row.table_schema, name: row.table_name, oid: row.table_oid } satisfies LedgerTable,
    once: row.once,
    history: row.course,
  }));

export type KeptProgressHistory = Readonly<z.output<typeof progressHistoryRow>>;

/** The progress histories of a plan. Creates nothing. Version 6 has none. */
export async function readProgressHistories(
  connection: Connection,
  plan: string,
): Promise<readonly KeptProgressHistory[]> {
  const { ledger } = connection.dialect.live;
  if (!(await hasLedger(connection)) || ((await ledger.version(connection)) ?? 0) < 7) return [];
  try {
    const rows = await ledger.progressHistories(connection, plan);
    return rows.map((row) => readRow(progressHistoryRow, row, "courses", connection));
  } catch (error) {
    throw ledgerError(connection, error);
  }
}

/** Stores a history and replaces the previous one. The ledger exists, because a run has registered in it. */
export function keepProgressHistory(connection: Connection, id: BackfillId, history: ProgressHistory): Promise<void> {
  return connection.dialect.live.ledger.keepProgressHistory(connection, id, history);
}
