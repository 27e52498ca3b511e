import type { Growth } from "../backfill/growth.js";
import { sizeText } from "../backfill/run-option.js";
import { counted } from "./counted.js";

/** What a run has done to its table, in one line. */
export function growthText({ tableBytes, indexBytes, hotShare, deadRows }: Growth): string {
  const grown = (bytes: number) => (bytes > 0 ? `grew by ${sizeText(bytes)}` : "did not grow");
  return [
    `the table ${grown(tableBytes)}, its indexes ${grown(indexBytes)}`,
    ...(deadRows === undefined ? [] : [`${counted(deadRows, "dead row")} to be vacuumed`]),
    ...(hotShare === undefined ? [] : [`${Math.round(hotShare * 100)} % of its updates were HOT`]),
  ].join("; ");
}
