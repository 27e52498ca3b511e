/** A row as a function receives it: the columns that it reads, by their names in the database. */
export type FillRow = Readonly<Record<string, unknown>>;

/**
 * Possible values of a column. Objects are for json columns, arrays for lists and json; decimals and similar objects count as their text.
 */
export type FillValue =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Uint8Array
  | object
  | readonly FillValue[]
  | null
  | undefined;

/**
 * Computes values that SQL cannot: one for each row, in the same order.
 *
 * Rows are as the pg driver reads them: `bigint` and `numeric` as strings, json parsed, dates and timestamps as `Date` in UTC. A row is
 * written only if the function's inputs are unchanged; otherwise the function is called again.
 *
 * @param context `signal` is aborted by Ctrl-C and when the call takes too long: pass it on to fetch and the like
 * @example async (rows, { signal }) => geocode(rows.map((row) => String(row.address)), { signal })
 */
export type FillFunction = (
  rows: readonly FillRow[],
  context: { readonly signal: AbortSignal },
) => readonly FillValue[] | Promise<readonly FillValue[]>;
