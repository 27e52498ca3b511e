import type { FillRow } from "../config/fill-function.js";
import type { Connection } from "./connection.js";
import type { TableFacts } from "./table.js";

/** A row that a function is tried on. */
export interface TriedRow {
  /** What names it in messages: `id=5`. */
  readonly label: string;
  readonly input: FillRow;
  /** The columns that were asked for as text. */
  readonly texts: Readonly<Record<string, string | null>>;
}

/** What a server has to do with values that a function of the project computes. */
export interface FunctionValues {
  /**
   * A value that a function returned, as the server reads it from text; undefined where there is none.
   * @param type of the column, as the catalogue prints it
   * @throws LS5052 what no column of that type can mean, in words that follow the row
   */
  text(value: unknown, type: string): string | undefined;
  /** The first rows in the order of the key. */
  rows(
    connection: Connection,
    table: TableFacts,
    options: { readonly reads: readonly string[]; readonly texts: readonly string[]; readonly limit: number },
  ): Promise<readonly TriedRow[]>;
  /**
   * Assigns the values to a column of the type, so that the rules of a real write apply. Nothing stays.
   * @returns the first that it does not take; undefined: none, or it cannot be tried here
   */
  unfit(
    connection: Connection,
    type: string,
    values: readonly string[],
  ): Promise<{ readonly at: number; readonly error: Error & { readonly hint?: string | undefined } } | undefined>;
}
