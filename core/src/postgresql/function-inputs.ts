import type { TableFacts } from "../dialect/table.js";
import { quoteIdentifier } from "./quote.js";

/** A row of a query over `inputColumns`. */
export type InputRow = Readonly<Record<string, unknown>>;

/**
 * The input columns of a function as SQL, each in the form the driver should read (`i0`, `i1`, …).
 * Timestamps without a zone are in UTC, as both ORMs write them. The driver would read them as local time.
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

/** The input of the function: the columns under their own names. */
export function inputOf(row: InputRow, reads: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(reads.map((name, at) => [name, row[`i${at}`]]));
}
