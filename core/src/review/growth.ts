import type { Growth } from "../backfill/growth.js";
import { sizeText } from "../backfill/run-option.js";
import { counted } from "./counted.js";
import { listed } from "./listed.js";

/** The effect of a run on its table, after the table's name; empty if it is negligible. */
export function aheadText({
  growthBytes = 0,
  publications = [],
}: {
  readonly growthBytes?: number;
  readonly publications?: readonly string[];
}): string {
  const grows =
    growthBytes < worthAWord ? "" : `; the table may grow by ${sizeText(growthBytes)} until it is vacuumed or purged`;
  return `${grows}${publications.length === 0 ? "" : `; each row is published by ${listed(publications)}`}`;
}

/** Whether an event contains it. */
export function isGrowth(told: Partial<Growth>): told is Growth {
  return told.tableGrowthBytes !== undefined;
}

const worthAWord = 10 * 2 ** 20;

/** The effect of a completed run on its table, in one line. */
export function growthText({ tableGrowthBytes, indexGrowthBytes, hotPercent, deadRows }: Growth): string {
  const grown = (bytes: number) => (bytes > 0 ? `grew by ${sizeText(bytes)}` : "did not grow");
  return [
    `the table ${grown(tableGrowthBytes)}, its indexes ${grown(indexGrowthBytes)}`,
    ...(deadRows === undefined ? [] : [`${counted(deadRows, "dead row")} to be vacuumed`]),
    ...(hotPercent === undefined ? [] : [`${hotPercent} % of its updates were HOT`]),
  ].join("; ");
}
