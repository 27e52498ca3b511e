import { connect } from "../connect.js";
import { isValuesFault } from "../db/value-fault.js";
import { textWithoutValues } from "../db/without-values.js";
import type { Ahead, FillTarget, Reader } from "../dialects/batches.js";
import type { Connection } from "../dialects/connection.js";
import { readTable } from "../facts/table.js";
import { readBackfill } from "../ledger/backfills.js";
import { growthOf } from "./growth.js";
import { type BackfillInput, settle } from "./input.js";
import { inPassOrder, startOfPass } from "./pass-order.js";
import { checkStructure, firing } from "./preflight.js";
import { targetOf, throwFirst } from "./session.js";

/** What a backfill will take, before it begins. Sizes in bytes, times in milliseconds. */
export interface Estimate {
  readonly table: string;
  /** Rows that are left to pass, by the statistics. */
  readonly rows: number;
  /** Absent where functions compute the values, or a batch could not be tried: see `untried`. */
  readonly rate?: {
    readonly rowsPerSecond: number;
    /** By one session, while nobody else writes to the table: short batches take about a third longer. */
    readonly durationMs: number;
    /** To the log of changes: WAL, redo log. Absent where the account may not ask. */
    readonly logBytes?: number;
  };
  /** Why nothing was tried: a function was not called, or what the database said. */
  readonly untried?: string;
  /** The table, by new versions of its rows, until the old ones are vacuumed or purged. */
  readonly growthBytes: number;
  /** What `growthBytes` is; "least": nobody knows how wide the values are, "most": wider rows may find room where they are. */
  readonly growthIs: "about" | "least" | "most";
  readonly tableBytes: number;
  readonly triggers: readonly string[];
  readonly readers: readonly Reader[];
}

/** Batches that are tried: the fastest of them tells the rate, the first ones warm up. */
const tried = [200, 1000, 5000, 5000, 5000];
/** One that would keep writers of its rows waiting for longer is left out. */
const mostMs = 150;

/** Ends a transaction that was only tried. */
const takenBack = Symbol("taken back");

/**
 * Estimates a backfill: tries some batches on the first rows and rolls each of them back. What they leave is as many dead rows.
 *
 * @throws LS8004, LS5001, LS5005 as `runBackfill`
 */
export async function estimateBackfill(input: BackfillInput, maxRowsPerSecond?: number): Promise<Estimate> {
  const settings = settle(input);
  const { spec, plan } = settings;
  const connection = await connect(settings.url, { applicationName: `lockstep backfill ${plan} estimate` });
  try {
    const table = await readTable(connection, spec.table);
    throwFirst(await checkStructure(connection, spec, table, { ...settings, allowTriggers: true }));
    const { oid, schema, name, rowEstimate } = table!;
    const record = await readBackfill(connection, { plan, table: { oid, schema, name }, once: spec.once === true });
    const target = await inPassOrder(connection, table!, targetOf(table!, spec), spec.once === true, record);
    const storage = await connection.dialect.batches.storage(connection, table!);
    const rows = record?.status === "done" ? 0 : Math.max(rowEstimate - (record?.rowsDone ?? 0), 0);
    const triggers = firing(table!, spec).map(({ name: trigger }) => trigger);
    const growthBytes = (valueBytes: number) =>
      rowEstimate === 0 ? 0 : growthOf(storage, rows / rowEstimate, valueBytes * rowEstimate);
    const growthUntried = rows === 0 ? "about" : "least";
    const tellsWidth = connection.dialect.batches.valueBytes !== undefined;
    const fixed: Estimate = {
      table: name,
      rows,
      growthBytes: growthBytes(0),
      growthIs: tellsWidth ? growthUntried : "most",
      tableBytes: storage.tableBytes,
      triggers,
      readers: await connection.dialect.batches.readers(connection, target),
    };
    if (spec.columns.some(({ fill }) => fill === undefined))
      return { ...fixed, untried: "a function computes the values" };
    if (triggers.length > 0 && !settings.allowTriggers) return { ...fixed, untried: "triggers of yours would fire" };
    const { upTo } = await startOfPass(connection, table!, target);
    const sample = await trySome(connection, target, { after: null, ...(upTo && { upTo }) }, rows, settings);
    if (typeof sample === "string") return { ...fixed, untried: sample };
    const rowsPerSecond = Math.min(sample.rowsPerSecond, maxRowsPerSecond ?? Number.POSITIVE_INFINITY);
    return {
      ...fixed,
      growthBytes: growthBytes(sample.valueBytes),
      growthIs: tellsWidth ? "about" : "most",
      rate: {
        rowsPerSecond: Math.round(rowsPerSecond),
        durationMs: Math.round((rows / rowsPerSecond) * 1000),
        ...(sample.bytesPerRow === undefined ? {} : { logBytes: Math.round(sample.bytesPerRow * rows) }),
      },
    };
  } finally {
    await connection.close();
  }
}

interface Sample {
  readonly rowsPerSecond: number;
  /** Of the log of changes. */
  readonly bytesPerRow: number | undefined;
  /** Of the values that a row gets; 0 where rows do not move for them. */
  readonly valueBytes: number;
}

/** @returns what one of them took, or why none could be tried */
async function trySome(
  connection: Connection,
  target: FillTarget,
  start: Ahead,
  total: number,
  { clock, lockTimeoutMs, batchTimeoutMs: statementTimeoutMs }: ReturnType<typeof settle>,
): Promise<Sample | string> {
  const { batches } = connection.dialect;
  let best: Sample | undefined;
  let { after } = start;
  let all = 0;
  for (const rows of tried) {
    // No more than a tenth of the table: what was tried leaves dead rows.
    all += rows;
    if (best !== undefined && all * 10 > total) break;
    if (best !== undefined && (rows / best.rowsPerSecond) * 1000 > mostMs) break;
    const from = after;
    const startedMs = clock.now();
    const before = await batches.logBytes(connection);
    let [filled, valueBytes, endedMs] = [0, 0, startedMs];
    try {
      await batches.inBatch(connection, { lockTimeoutMs, statementTimeoutMs }, async () => {
        const upper = await batches.endOf(connection, target, rows, { ...start, after: from });
        if (upper === undefined) throw takenBack;
        const scope = { kind: "range", after: from, upTo: upper } as const;
        ({ filled } = await batches.fill(connection, target, scope, { rows, skipLocked: true }));
        after = upper;
        endedMs = clock.now();
        if (filled > 0) valueBytes = (await batches.valueBytes?.(connection, target, scope)) ?? 0;
        throw takenBack;
      });
    } catch (error) {
      if (error !== takenBack) return isValuesFault(error) ? textWithoutValues(error) : (error as Error).message;
    }
    if (filled === 0) break;
    const written = await batches.logBytes(connection);
    best = {
      rowsPerSecond: Math.max(best?.rowsPerSecond ?? 0, (rows / Math.max(endedMs - startedMs, 1)) * 1000),
      bytesPerRow: before === undefined || written === undefined ? undefined : (written - before) / rows,
      valueBytes,
    };
  }
  return best ?? "the first rows have values already, or there are too few";
}
