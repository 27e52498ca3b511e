import * as z from "zod";
import type { Connection } from "../../dialect/connection.js";
import type { BackfillId, LedgerTable } from "../../dialect/ledger-store.js";
import { readRow } from "./read.js";
import { hasLedger, ledgerError } from "./schema.js";

const point = z.object({
  /** When the stretch began, in milliseconds since 1970, by the clock of the process that led the run. */
  at: z.number(),
  /** How long somebody was at work. */
  forMs: z.number(),
  /** Rows that were passed meanwhile. */
  rows: z.number(),
  /** The longest that a replica was behind. */
  lagMs: z.number().optional(),
  /** What held the run, for how long, and what it said last. */
  waits: z.array(z.object({ signal: z.string(), reason: z.string(), ms: z.number() })).optional(),
});

const progressHistory = z.object({
  /** How long a stretch is; it doubles whenever there are too many. */
  widthMs: z.number(),
  points: z.array(point),
});

/** How a backfill went over time: rows, lag, waits. It has no value of any row. */
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

/** Those of a plan. Creates nothing: version 6 knew none. */
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

/** Keeps it; what was kept before is replaced. The ledger is there: a run has entered it. */
export function keepProgressHistory(connection: Connection, id: BackfillId, history: ProgressHistory): Promise<void> {
  return connection.dialect.live.ledger.keepProgressHistory(connection, id, history);
}
