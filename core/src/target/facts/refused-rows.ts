import { conditionText } from "../../dialect/db/without-values.js";
import type { Refusal } from "../../dialect/rows.js";

/** `division by zero (2 rows: id=5; id=9), the fill yields NULL (1 row: id=7)` */
export function refusalsText(refusals: readonly Refusal[]): string {
  return refusals
    .map(({ why, isRaised, sqlState, rows, samples }) => {
      const more = rows > samples.length ? "; …" : "";
      return `${isRaised ? conditionText(sqlState) : why} (${rows === 1 ? "1 row" : `${rows} rows`}: ${samples.join("; ")}${more})`;
    })
    .join(", ");
}
