import type { Growth } from "../backfill/growth.js";
import { sizeText } from "../backfill/run-option.js";
import type { Reader } from "../dialects/batches.js";
import { counted } from "./counted.js";
import { listed } from "./listed.js";

/** What a run is going to do to its table, after its name: nothing where nothing is worth a word. */
export function aheadText({
  growthBytes = 0,
  readers = [],
}: {
  readonly growthBytes?: number;
  readonly readers?: readonly Reader[];
}): string {
  const grows =
    growthBytes < worthAWord ? "" : `; the table may grow by ${sizeText(growthBytes)} until it is vacuumed or purged`;
  // A replica or the binary log is there nearly always; who subscribes to a table may not expect all of its rows at once.
  const taken = readers.filter(({ kind }) => kind === "publication").map(({ name }) => name);
  return `${grows}${taken.length === 0 ? "" : `; each row is published by ${listed(taken)}`}`;
}

const worthAWord = 10 * 2 ** 20;

/** What a run has done to its table, in one line. */
export function growthText({ tableBytes, indexBytes, hotShare, deadRows }: Growth): string {
  const grown = (bytes: number) => (bytes > 0 ? `grew by ${sizeText(bytes)}` : "did not grow");
  return [
    `the table ${grown(tableBytes)}, its indexes ${grown(indexBytes)}`,
    ...(deadRows === undefined ? [] : [`${counted(deadRows, "dead row")} to be vacuumed`]),
    ...(hotShare === undefined ? [] : [`${Math.round(hotShare * 100)} % of its updates were HOT`]),
  ].join("; ");
}
