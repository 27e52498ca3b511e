import * as z from "zod";
import type { Connection } from "../../dialect/connection.js";
import { type BackfillId, isSameLedgerTable, type WorkerEntry } from "../../dialect/ledger-store.js";
import { count, moment, readRow } from "./read.js";
import { hasLedger, ledgerError } from "./schema.js";

/** A worker's own report, once a second. The numbers describe its latest batch; rate and remaining time describe its process. */
const reportSchema = z.object({
  /** `waiting`: a signal pauses it, see `waiting`. */
  state: z.enum(["reading", "filling", "waiting", "sweeping"]).optional(),
  rowsPerSecond: z.number().optional(),
  etaMs: z.number().optional(),
  batchRows: z.number().optional(),
  batchMs: z.number().optional(),
  others: z.enum(["write", "quiet", "unknown"]).optional(),
  waiting: z.object({ signal: z.string(), reason: z.string(), forMs: z.number() }).optional(),
  /** The options that its process started with, from its command line and configuration. */
  options: z.record(z.string(), z.string()).optional(),
  /** Signals that could not be measured, and why. */
  blind: z.array(z.object({ signal: z.string(), reason: z.string() })).optional(),
});

export type WorkerReport = Readonly<z.output<typeof reportSchema>>;

const workerSchema = z
  .object({
    worker: z.string(),
    table_schema: z.string(),
    table_oid: z.number(),
    table_name: z.string().optional(),
    once: z.boolean(),
    host: z.string(),
    pid: z.number(),
    started_at: moment,
    beat_age_ms: count,
    report: reportSchema,
  })
  .transform((row) => ({
    worker: row.worker,
    table: { schema: row.table_schema, name: row.table_name ?? "", oid: row.table_oid },
    once: row.once,
    host: row.host,
    pid: row.pid,
    startedAt: row.started_at,
    /** The time since its last heartbeat, by the server's clock. */
    silentMs: row.beat_age_ms,
    report: row.report,
  }));

/** A process that works or worked on a backfill. */
export type Worker = Readonly<z.output<typeof workerSchema>>;

/** The workers of a plan. Without a ledger: none. Includes killed workers, with their time since the last heartbeat. */
export async function readWorkers(connection: Connection, plan: string): Promise<readonly Worker[]> {
  if (!(await hasLedger(connection))) return [];
  try {
    const rows = await connection.dialect.live.ledger.workers(connection, plan);
    return rows.map((row) => readRow(workerSchema, row, "workers", connection));
  } catch (error) {
    throw ledgerError(connection, error);
  }
}

/** Workers send a heartbeat once a second. One that is silent for longer than this does not count as active. */
const atWorkMs = 4000;

/** Names of the workers that are active on a backfill now, in any process. */
export async function workersAt(connection: Connection, { plan, table, once }: BackfillId): Promise<readonly string[]> {
  const all = await readWorkers(connection, plan);
  const here = all.filter((each) => each.once === once && isSameLedgerTable(each.table, table));
  return here.filter(({ silentMs }) => silentMs < atWorkMs).map(({ worker }) => worker);
}

/** Registers a worker, and again after a reconnect. */
export function enlist(connection: Connection, id: BackfillId, worker: WorkerEntry): Promise<void> {
  return connection.dialect.live.ledger.enlist(connection, id, worker);
}
