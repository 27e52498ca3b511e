import type { ColumnDeclaration, OperationOf, TableName } from "../model/index.js";

/** An UPDATE reduced to a value, a column and the rows of one table. */
export interface RowUpdate {
  readonly sets: readonly { readonly column: string; readonly sql: string }[];
  /** Undefined: all rows. */
  readonly whereSql: string | undefined;
  /** A row without a match that had no value before gets NULL from the value expression itself. */
  readonly isNullElsewhere?: boolean;
  /** Only rows without a value are updated, although `whereSql` does not contain this condition. */
  readonly isOfUnset?: boolean;
  /** The other tables that it reads. */
  readonly others: readonly TableName[];
}

/** A column with everything that a migration declares for it. */
export type DeclaredColumn = Omit<ColumnDeclaration, "defaultSql"> & { readonly defaultSql: string | undefined };

/** How a hand-written migration is interpreted: reads its UPDATEs and merges what it declares for a new column into one declaration. */
export interface HandWritten {
  /** @returns undefined if no expression over the row computes its values */
  readUpdate(sql: string): RowUpdate | undefined;
  /** A pattern that matches a column's name as SQL may spell it. */
  nameIn(name: string): string;
  /** A literal, cast to the column's type where its position does not determine a type. */
  typed(literal: string, typeSql: string): string;
  /** Whether `clauses` can express the whole declaration. */
  isSayable(added: OperationOf<"addColumn">): boolean;
  /** The clauses of ALTER TABLE that add a column. What the server turns into a constraint becomes a clause of its own. */
  clauses(added: OperationOf<"addColumn">, column: DeclaredColumn): string;
}
