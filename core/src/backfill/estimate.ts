import { connect } from "../databases/connect.js";
import type { PageLogging, Reader, TableStorage } from "../dialect/batches.js";
import { readTable } from "../target/facts/table.js";
import { readBackfill } from "../target/ledger/backfills.js";
import { growthOf } from "./growth.js";
import { type BackfillInput, resolveRunSettings } from "./input.js";
import { specMadeAgain } from "./made-again.js";
import { inPassOrder, startOfPass } from "./pass-order.js";
import { checkStructure, firing } from "./preflight.js";
import { targetOf, throwFirst } from "./session.js";
import type { Tried } from "./try-batches.js";
import { tryBatches } from "./try-batches.js";

/** Estimated cost of a backfill before it starts. Sizes in bytes, times in milliseconds. */
export interface Estimate {
  readonly table: string;
  /** Rows left to pass, according to the statistics. */
  readonly rows: number;
  /** Absent if functions compute the values, or if no batch could be tested: see `untried`. */
  readonly rate?: {
    readonly rowsPerSecond: number;
    /** With one session and no other writers. Short batches take about a third longer. */
    readonly durationMs: number;
    /** Bytes written to the WAL or redo log. Absent if the account may not read them. */
    readonly logBytes?: number;
    readonly logIs: Extrapolated["logIs"];
  };
  /** Why nothing was tested: functions are not called, or the database's error. */
  readonly untried?: string;
  /** Growth of the table through new row versions, until vacuum or purge removes the old ones. */
  readonly growthBytes: number;
  /** Accuracy of `growthBytes`. "least": the width of the values is unknown. "most": wider rows may fit on their page. */
  readonly growthIs: "about" | "least" | "most";
  readonly tableBytes: number;
  readonly triggers: readonly string[];
  readonly readers: readonly Reader[];
}

/**
 * Estimates a backfill: runs some batches on the first rows and rolls each back. They leave as many dead rows.
 *
 * @throws LS8004, LS5001, LS5005, LS5013 as `runBackfill`
 */
export async function estimateBackfill(input: BackfillInput, maxRowsPerSecond?: number): Promise<Estimate> {
  const settings = resolveRunSettings(input);
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
    if (triggers.length > 0 && !settings.allowTriggers) return { ...fixed, untried: "your own triggers would fire" };
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

/** Cost of a whole run, extrapolated from the tested batches. */
interface Extrapolated {
  readonly msPerRow: number;
  readonly logBytes: number | undefined;
  /** "most": pages changed again after checkpoints are a large part, and it is unknown which indexes they belong to. */
  readonly logIs: "about" | "most";
}

/** Limit for "about", as a multiple of the log size with one checkpoint. */
const isAbout = 1.5;

/** The log triggers checkpoints, and checkpoints increase the log. The iteration converges in a few steps. */
const mostSteps = 100;

/**
 * The first change of a page after a checkpoint is expensive: the server writes the whole page to the log, and may read it from disk. In a
 * test with unordered keys, that applies to nearly every page. A run changes each page many times. So the estimate counts the table's pages
 * once, and the index pages of the rows once per checkpoint.
 *
 * @param logging absent: unknown how often pages are changed for the first time, so every row costs as much as the first ones
 */
export function extrapolate(
  { first, again }: Tried,
  {
    rows,
    storage,
    logging,
    maxRowsPerSecond,
  }: {
    readonly rows: number;
    readonly storage: Pick<TableStorage, "tableBytes" | "indexBytes">;
    readonly logging: PageLogging | undefined;
    readonly maxRowsPerSecond: number | undefined;
  },
): Extrapolated {
  const leastMs = maxRowsPerSecond === undefined ? 0 : 1000 / maxRowsPerSecond;
  const asTheFirst: Extrapolated = {
    msPerRow: Math.max(first.ms, leastMs),
    logBytes: first.logBytes === undefined ? undefined : first.logBytes * rows,
    logIs: "about",
  };
  if (logging === undefined || first.logBytes === undefined || again.logBytes === undefined) return asTheFirst;
  const atEachRow = (first.logBytes - again.logBytes) * rows;
  if (atEachRow <= 0) return asTheFirst;
  const ofTable = Math.min(atEachRow, storage.tableBytes);
  const isCached = storage.tableBytes + storage.indexBytes <= logging.cacheBytes;
  const withCheckpoints = (checkpoints: number) => {
    const pages = ofTable + metAtRandom(atEachRow - ofTable, storage.indexBytes * checkpoints);
    const msPerRow = isCached ? again.ms + (pages / atEachRow) * (first.ms - again.ms) : first.ms;
    return { msPerRow: Math.max(msPerRow, leastMs), logBytes: again.logBytes! * rows + pages };
  };
  const least = withCheckpoints(1);
  let [found, checkpoints] = [least, 1];
  for (let step = 1; step <= mostSteps; step++) {
    const next = Math.max((found.msPerRow * rows) / logging.checkpointMs, found.logBytes / logging.checkpointBytes);
    if (next - checkpoints < 0.1) break;
    checkpoints = next;
    found = withCheckpoints(checkpoints);
  }
  return { ...found, logIs: found.logBytes > least.logBytes * isAbout ? "most" : "about" };
}

/** Expected bytes of distinct pages, if `bytes` of pages are drawn at random from `all`, with repetition. */
const metAtRandom = (bytes: number, all: number) => (all === 0 ? 0 : all * (1 - Math.exp(-bytes / all)));
