import type { TableFacts } from "../dialect/table.js";
import { quoteIdentifier } from "./quote.js";

/** A row as it comes back from a query over `inputColumns`. */
export type InputRow = Readonly<Record<string, unknown>>;

/**
 * The columns of a row that a function is given, as SQL: each as the driver shall read it (`i0`, `i1`, …).
 * Timestamps without a zone are in UTC, as both ORMs write them; the driver would take them for the machine's local time.
 */
export function inputColumns(reads: readonly string[], table: TableFacts, alias = ""): readonly string[] {
  return reads.map((name, at) => {
    const column = `${alias}${quoteIdentifier(name)}`;
    const type = table.columns.find((each) => each.name === name)?.type ?? "";
    if (/^timestamp(\(\d\))? without time zone$/.test(type)) return `${column} AT TIME ZONE 'UTC' AS i${at}`;
    if (type === "date") return `${column}::timestamp AT TIME ZONE 'UTC' AS i${at}`;
    return `${column} AS i${at}`;
  });
}

/** What the function is given: the columns under their own names. */
export function inputOf(row: InputRow, reads: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(reads.map((name, at) => [name, row[`i${at}`]]));
}
