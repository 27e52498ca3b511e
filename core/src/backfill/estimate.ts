import { connect } from "../connect.js";
import { isValuesFault } from "../db/value-fault.js";
import { textWithoutValues } from "../db/without-values.js";
import type { Reader } from "../dialects/batches.js";
import type { Connection } from "../dialects/connection.js";
import { readTable } from "../facts/table.js";
import { readBackfill } from "../ledger/backfills.js";
import { type BackfillInput, settle } from "./input.js";
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
    /** By one session, at the chosen pace. */
    readonly durationMs: number;
    /** To the log of changes: WAL, redo log. Absent where the account may not ask. */
    readonly logBytes?: number;
  };
  /** Why nothing was tried: a function was not called, or what the database said. */
  readonly untried?: string;
  /** Old versions of rows, until they are vacuumed or purged. */
  readonly deadBytes: number;
  readonly tableBytes: number;
  readonly triggers: readonly string[];
  readonly readers: readonly Reader[];
}

/** Batches that are tried: the last of them tells the rate, the first ones warm up. */
const tried = [200, 1000, 5000];

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
    const { oid, schema, name, rowEstimate, sizeBytes } = table!;
    const target = targetOf(table!, spec);
    const record = await readBackfill(connection, { plan, table: { oid, schema, name }, once: spec.once === true });
    const rows = record?.status === "done" ? 0 : Math.max(rowEstimate - (record?.rowsDone ?? 0), 0);
    const triggers = firing(table!, spec).map(({ name: trigger }) => trigger);
    const fixed = {
      table: name,
      rows,
      deadBytes: rowEstimate === 0 ? 0 : Math.round((sizeBytes / rowEstimate) * rows),
      tableBytes: sizeBytes,
      triggers,
      readers: await connection.dialect.batches.readers(connection, target),
    };
    if (spec.columns.some(({ fill }) => fill === undefined))
      return { ...fixed, untried: "a function computes the values" };
    if (triggers.length > 0 && !settings.allowTriggers) return { ...fixed, untried: "triggers of yours would fire" };
    const sample = await trySome(connection, target, rows, settings);
    if (typeof sample === "string") return { ...fixed, untried: sample };
    const rowsPerSecond = Math.min(sample.rowsPerSecond, maxRowsPerSecond ?? Number.POSITIVE_INFINITY);
    return {
      ...fixed,
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

/** @returns what one of them took, or why none could be tried */
async function trySome(
  connection: Connection,
  target: ReturnType<typeof targetOf>,
  total: number,
  { clock, lockTimeoutMs, batchTimeoutMs: statementTimeoutMs }: ReturnType<typeof settle>,
): Promise<{ readonly rowsPerSecond: number; readonly bytesPerRow: number | undefined } | string> {
  const { batches } = connection.dialect;
  let best: { rowsPerSecond: number; bytesPerRow: number | undefined } | undefined;
  let after: readonly string[] | null = null;
  // No more than a twentieth of the table: what was tried leaves dead rows.
  for (const rows of tried.filter((size, at) => at === 0 || size * 20 <= total)) {
    const from: readonly string[] | null = after;
    const startedMs = clock.now();
    const before = await batches.logBytes(connection);
    let filled = 0;
    try {
      await batches.inBatch(connection, { lockTimeoutMs, statementTimeoutMs }, async () => {
        const upper = await batches.endOf(connection, target, rows, { after: from });
        if (upper === undefined) throw takenBack;
        const scope = { kind: "range", after: from, upTo: upper } as const;
        ({ filled } = await batches.fill(connection, target, scope, { rows, skipLocked: true }));
        after = upper;
        throw takenBack;
      });
    } catch (error) {
      if (error !== takenBack) return isValuesFault(error) ? textWithoutValues(error) : (error as Error).message;
    }
    if (filled === 0) break;
    const written = await batches.logBytes(connection);
    best = {
      rowsPerSecond: (rows / Math.max(clock.now() - startedMs, 1)) * 1000,
      bytesPerRow: before === undefined || written === undefined ? undefined : (written - before) / rows,
    };
  }
  return best ?? "the first rows have values already, or there are too few";
}
