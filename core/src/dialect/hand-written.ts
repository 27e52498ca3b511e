import type { ColumnDeclaration, OperationOf, TableName } from "../model/index.js";

/** An UPDATE as what it gives to which column of which rows of one table. */
export interface RowUpdate {
  readonly sets: readonly { readonly column: string; readonly sql: string }[];
  /** Undefined: all rows. */
  readonly whereSql: string | undefined;
  /** A row that it finds nothing for, and that had nothing before, gets NULL from the value itself. */
  readonly isNullElsewhere?: boolean;
  /** Of rows that have no value yet; `whereSql` does not say so. */
  readonly isOfUnset?: boolean;
  /** The tables that it looks at besides its own. */
  readonly others: readonly TableName[];
}

/** A column with all that a migration says of it. */
export type DeclaredColumn = Omit<ColumnDeclaration, "defaultSql"> & { readonly defaultSql: string | undefined };

/** How a migration by hand is understood: its UPDATEs, and what it says of a new column put into one declaration. */
export interface HandWritten {
  /** @returns undefined where no expression over the row says its values */
  readUpdate(sql: string): RowUpdate | undefined;
  /** A pattern of a column's name as the SQL may spell it. */
  nameIn(name: string): string;
  /** A literal in a place that has no type of its own, as a value of the column. */
  typed(literal: string, typeSql: string): string;
  /** Whether `clauses` can say all that the declaration says. */
  isSayable(added: OperationOf<"addColumn">): boolean;
  /** The clauses of ALTER TABLE that add a column; what the server makes a constraint of is one of its own. */
  clauses(added: OperationOf<"addColumn">, column: DeclaredColumn): string;
}
