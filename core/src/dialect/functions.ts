import type { FillRow } from "../config/fill-function.js";
import type { Connection } from "./connection.js";
import type { TableFacts } from "./table.js";

/** A row that a function is tried on. */
export interface TriedRow {
  /** Identifies it in messages: `id=5`. */
  readonly label: string;
  readonly input: FillRow;
  /** The columns that were requested as text. */
  readonly texts: Readonly<Record<string, string | null>>;
}

/** How a server handles values that a function of the project computes. */
export interface FunctionValues {
  /**
   * A value that a function returned, as text for the server. Undefined if there is none.
   * @param type of the column, as the catalog prints it
   * @throws LS5052 a value that no column of that type can store, with a message that follows the row
   */
  text(value: unknown, type: string): string | undefined;
  /** The first rows in the order of the key. */
  rows(
    connection: Connection,
    table: TableFacts,
    options: { readonly reads: readonly string[]; readonly texts: readonly string[]; readonly limit: number },
  ): Promise<readonly TriedRow[]>;
  /**
   * Assigns the values to a column of the type, so that the rules of a real write apply. Rolled back.
   * @returns the first that it rejects; undefined: none, or it cannot be tried here
   */
  unfit(
    connection: Connection,
    type: string,
    values: readonly string[],
  ): Promise<{ readonly at: number; readonly error: Error & { readonly hint?: string | undefined } } | undefined>;
}
