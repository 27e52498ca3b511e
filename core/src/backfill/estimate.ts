import { connect } from "../databases/connect.js";
import type { Reader } from "../dialect/batches.js";
import { readTable } from "../target/facts/table.js";
import { readBackfill } from "../target/ledger/backfills.js";
import { type Extrapolated, extrapolate } from "./extrapolate.js";
import { growthOf } from "./growth.js";
import { type BackfillInput, settle } from "./input.js";
import { specMadeAgain } from "./made-again.js";
import { inPassOrder, startOfPass } from "./pass-order.js";
import { checkStructure, firing } from "./preflight.js";
import { targetOf, throwFirst } from "./session.js";
import { tryBatches } from "./try-batches.js";

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
    readonly logIs: Extrapolated["logIs"];
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

/**
 * Estimates a backfill: tries some batches on the first rows and rolls each of them back. What they leave is as many dead rows.
 *
 * @throws LS8004, LS5001, LS5005, LS5013 as `runBackfill`
 */
export async function estimateBackfill(input: BackfillInput, maxRowsPerSecond?: number): Promise<Estimate> {
  const settings = settle(input);
  const { spec, plan } = settings;
  const connection = await connect(settings.url, { applicationName: `lockstep backfill ${plan} estimate` });
  try {
    const table = await readTable(connection, spec.table);
    throwFirst(await checkStructure(connection, spec, table, { ...settings, allowTriggers: true }));
    const { oid, schema, name, rowEstimate } = table!;
    const known = await readBackfill(connection, { plan, table: { oid, schema, name }, once: spec.once === true });
    const record = known && (await specMadeAgain(connection, known, spec, settings)) === undefined ? known : undefined;
    const target = await inPassOrder(connection, table!, targetOf(table!, spec), spec.once === true, record);
    await connection.dialect.live.batches.keepKeys?.(connection, target);
    const storage = await connection.dialect.live.batches.storage(connection, table!);
    const rows = record?.status === "done" ? 0 : Math.max(rowEstimate - (record?.rowsDone ?? 0), 0);
    const triggers = firing(table!, spec).map(({ name: trigger }) => trigger);
    const growthBytes = (valueBytes: number) =>
      rowEstimate === 0 ? 0 : growthOf(storage, rows / rowEstimate, valueBytes * rowEstimate);
    const growthUntried = rows === 0 ? "about" : "least";
    const tellsWidth = connection.dialect.live.batches.valueBytes !== undefined;
    const fixed: Estimate = {
      table: name,
      rows,
      growthBytes: growthBytes(0),
      growthIs: tellsWidth ? growthUntried : "most",
      tableBytes: storage.tableBytes,
      triggers,
      readers: await connection.dialect.live.batches.readers(connection, target),
    };
    if (spec.columns.some(({ fill }) => fill === undefined))
      return { ...fixed, untried: "a function computes the values" };
    if (triggers.length > 0 && !settings.allowTriggers) return { ...fixed, untried: "triggers of yours would fire" };
    const { upTo } = await startOfPass(connection, table!, target);
    const tried = await tryBatches(connection, target, { after: null, ...(upTo && { upTo }) }, rows, settings);
    if (typeof tried === "string") return { ...fixed, untried: tried };
    const logging = await connection.dialect.live.batches.pageLogging?.(connection);
    const { msPerRow, logBytes, logIs } = extrapolate(tried, { rows, storage, logging, maxRowsPerSecond });
    return {
      ...fixed,
      growthBytes: growthBytes(tried.valueBytes),
      growthIs: tellsWidth ? "about" : "most",
      rate: {
        rowsPerSecond: Math.round(1000 / msPerRow),
        durationMs: Math.round(msPerRow * rows),
        ...(logBytes === undefined ? {} : { logBytes: Math.round(logBytes) }),
        logIs,
      },
    };
  } finally {
    await connection.close();
  }
}
