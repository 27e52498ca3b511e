import type { Routine, RoutineTrigger } from "./system-catalog.js";

/**
 * How SQL takes all columns of a table where the number of columns is fixed elsewhere. A new column breaks every kind:
 *
 * - `insert`: into another table, or with a list of columns
 * - `by-position`: into the table itself without a list of columns. Only MySQL and MariaDB reject too few values
 * - `load`: COPY or LOAD DATA without a list of columns
 * - `set-operation`: an arm of UNION, EXCEPT or INTERSECT
 * - `comparison`: with a row, or the columns of a subquery, that has no new column
 * - `assignment`: of a list of columns, as in `SET (a, b) = ROW(NEW.*)`
 * - `variables`: into variables, or a row of another type
 * - `result`: of a function that declares other columns, or too few columns of a function that returns the table's rows
 * - `row-value`: a row with fixed values as one of the table
 * - `null-test`: IS NOT NULL of a whole row, which is false once a column is empty
 * - `column-list`: names for the columns of a WITH query
 * - `grouping`: GROUP BY without the table's key
 * - `view`: CREATE OR REPLACE VIEW, where the new column is not the last
 * - `partition`: of another table, which must have the same columns
 * - `open-sessions`: fails only on connections that ran the routine before the change, until they are closed
 * - `unread`: the text may take the row, and Lockstep cannot read it
 */
export type WholeRowKind =
  | "insert"
  | "by-position"
  | "load"
  | "set-operation"
  | "comparison"
  | "assignment"
  | "variables"
  | "result"
  | "row-value"
  | "null-test"
  | "column-list"
  | "grouping"
  | "view"
  | "partition"
  | "open-sessions"
  | "unread";

/** A statement of a routine that takes the whole row. */
export interface WholeRowUse {
  readonly kind: WholeRowKind;
  /** On one line. Empty for `unread`. */
  readonly sql: string;
}

/** A routine as its body is read for whole rows: of a catalog, or of migrations. */
export type RoutineText = Pick<
  Routine,
  "what" | "kind" | "name" | "language" | "body" | "arguments" | "returns" | "row"
> & {
  /** Those of the table that run it. */
  readonly triggers: readonly Pick<RoutineTrigger, "definition">[];
};

/** A routine with the statements that take the whole row. */
export interface WholeRowRoutine<Text extends RoutineText = RoutineText> {
  readonly routine: Text;
  readonly uses: readonly WholeRowUse[];
}
