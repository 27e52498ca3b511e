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

/** What a whole run takes, from what was tried of it. */
interface Extrapolated {
  readonly msPerRow: number;
  readonly logBytes: number | undefined;
  /** "most": pages met anew after checkpoints are a good part of it, and nobody knows of which indexes they are. */
  readonly logIs: "about" | "most";
}

/** Times what it would be with one checkpoint. */
const isAbout = 1.5;

/** The log makes checkpoints come, and checkpoints make the log longer: the number that fits both is found in a few steps. */
const mostSteps = 100;

/**
 * The first change of a page after a checkpoint is dear: the page is written to the log as a whole, and perhaps read from disk. In a trial
 * that is nearly every page, where keys lie in no order; in a run a page is met again and again. A run passes the table's own pages once, and
 * meets those of its indexes anew after each checkpoint, as many as its rows of that time lie on.
 *
 * @param logging absent: nothing tells how often pages are met for the first time, so every row costs what the first ones did
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

/** Bytes of different pages, when `bytes` of pages are taken at random, each perhaps many times, of `all`. */
const metAtRandom = (bytes: number, all: number) => (all === 0 ? 0 : all * (1 - Math.exp(-bytes / all)));
