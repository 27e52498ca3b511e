import type { Estimate } from "../backfill/estimate.js";
import { sizeText } from "../backfill/run-option.js";
import { columns } from "./columns.js";
import { counted } from "./counted.js";
import { duration } from "./progress.js";

const sizeWords: Readonly<Record<Estimate["growthIs"], string>> = {
  about: "about",
  least: "at least",
  most: "up to",
};

/** The estimated cost of a backfill, for people. */
export function estimateText(target: string, label: string, estimate: Estimate): string {
  const { rows, rate, untried, growthBytes, growthIs, tableBytes, triggers, readers } = estimate;
  const lines: [string, string][] = [
    ["rows", `about ${counted(rows, "row")}`],
    [
      "time",
      rate === undefined
        ? `not known: ${untried}`
        : `about ${duration(rate.durationMs)}, at ${counted(rate.rowsPerSecond, "row")} a second with one session and no other writes to the table (measured with batches that were rolled back)`,
    ],
    ...(rate?.logBytes === undefined
      ? []
      : [["log", `${sizeWords[rate.logIs]} ${sizeText(rate.logBytes)} of WAL or redo log`] as [string, string]]),
    [
      "table",
      `grows by ${sizeWords[growthIs]} ${sizeText(growthBytes)} from ${sizeText(tableBytes)}, until old versions of its rows are vacuumed or purged`,
    ],
    ...(triggers.length === 0 ? [] : [["triggers", `${triggers.join(", ")}, for each row`] as [string, string]]),
    ...readers.map(({ kind, name }): [string, string] => [kind, name]),
  ];
  return [`${target}: ${label}`, columns(lines)].join("\n");
}
