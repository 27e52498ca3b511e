/**
 * How SQL takes all columns of a table where their number is fixed elsewhere. A new column breaks every kind:
 *
 * - `insert`: into another table, or with a list of columns
 * - `by-position`: into the table itself without a list of columns. Only MySQL and MariaDB reject too few values
 * - `load`: COPY or LOAD DATA without a list of columns
 * - `set-operation`: an arm of UNION, EXCEPT or INTERSECT
 * - `comparison`: with a row or a subquery that lacks the new column
 * - `assignment`: to a list of columns, as in `SET (a, b) = ROW(NEW.*)`
 * - `variables`: into variables, or a row of another type
 * - `result`: of a function that declares other columns, or fixed columns as the table's rows
 * - `row-value`: fixed values as a row of the table
 * - `null-test`: IS NOT NULL of a whole row, which is false once a column is empty
 * - `column-list`: names for the columns of a WITH query
 * - `grouping`: GROUP BY without the table's key
 * - `view`: CREATE OR REPLACE VIEW, where the new column is not the last
 * - `partition`: of another table, which must have the same columns
 * - `open-sessions`: fails only on connections that ran the routine before the change, until they are closed
 * - `unread`: the text may take the row, and Lockstep cannot read it
 */
export const wholeRowKinds = [
  "insert",
  "by-position",
  "load",
  "set-operation",
  "comparison",
  "assignment",
  "variables",
  "result",
  "row-value",
  "null-test",
  "column-list",
  "grouping",
  "view",
  "partition",
  "open-sessions",
  "unread",
] as const;
export type WholeRowKind = (typeof wholeRowKinds)[number];
