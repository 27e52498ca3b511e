import type { PageLogging, TableStorage } from "../dialect/batches.js";
import type { Tried } from "./try-batches.js";

/** What a whole run takes, from what was tried of it. */
export interface Extrapolated {
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
