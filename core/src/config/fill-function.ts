/** A row as a function gets it: the columns that it reads, by their names in the database. */
export type FillRow = Readonly<Record<string, unknown>>;

/** What a column can be given. Objects are for json columns, arrays for lists and json; values with a text of their own (decimals) count as it. */
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
 * Rows are as the pg driver reads them: `bigint` and `numeric` as strings, json parsed, dates and timestamps as `Date` in UTC.
 * A row is written only if what the function was given is still in it; otherwise the function is asked again.
 *
 * @param context `signal` is aborted by Ctrl-C and when the call takes too long: hand it on to fetch and the like
 * @example async (rows, { signal }) => geocode(rows.map((row) => String(row.address)), { signal })
 */
export type FillFunction = (
  rows: readonly FillRow[],
  context: { readonly signal: AbortSignal },
) => readonly FillValue[] | Promise<readonly FillValue[]>;
