import type { WholeRowKind } from "../model/whole-rows.js";
import type { RoutineText, WholeRowRoutine, WrittenRoutine } from "./whole-rows.js";

/** The part of SQL that has the same meaning in TypeScript. */
export type SqlExpression =
  | { readonly kind: "column"; readonly name: string }
  | { readonly kind: "constant"; readonly value: string | boolean }
  /** As written: `5`, `-1.5`. */
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "call"; readonly name: TextFunction; readonly argument: SqlExpression }
  | { readonly kind: "coalesce"; readonly items: readonly SqlExpression[] }
  /** PostgreSQL's `||` and MySQL's `concat()` are NULL when one item is; PostgreSQL's `concat()` skips NULL. */
  | { readonly kind: "concat"; readonly items: readonly SqlExpression[]; readonly nulls: "propagate" | "skip" }
  /** Only kept if it changes nothing; checked against the type of its argument. */
  | { readonly kind: "cast"; readonly to: "string" | "int"; readonly argument: SqlExpression }
  /** `'LOW'::"Severity"`: of a type that may be an enum's. */
  | { readonly kind: "member"; readonly value: string };

export type TextFunction = "lower" | "upper" | "btrim" | "ltrim" | "rtrim";

/** What a statement does with one table. */
export type TableUse =
  | {
      readonly kind: "insert";
      /** Undefined if it names none: its values go by position. One that is filled in at run time begins with `hole_`. */
      readonly columns: readonly string[] | undefined;
      /** `INSERT … DEFAULT VALUES` */
      readonly isDefaults: boolean;
      /** The columns that `ON CONFLICT DO UPDATE`, or `ON DUPLICATE KEY UPDATE`, sets to the values that were to be inserted. */
      readonly overwrites: readonly string[];
      /** The columns of `ON CONFLICT (…)`, as far as it names them. MySQL has no such list. */
      readonly conflicts?: readonly string[];
    }
  | { readonly kind: "update"; readonly columns: readonly string[] }
  /** A list of results: of SELECT, RETURNING or COPY … TO. */
  | { readonly kind: "select"; readonly columns: readonly string[]; readonly isAll: boolean };

/** A table with the names that SQL may use for it, and its columns' names in the database. */
export interface SqlTable {
  readonly schema?: string;
  readonly name: string;
  readonly columns: readonly string[];
}

/** A table that gets a column, after its others. */
export interface GrowingTable extends SqlTable {
  /** Its primary key. Default: unknown, and GROUP BY is not checked. */
  readonly key?: readonly string[];
}

/** The parsed statements of one text. */
export interface SqlStatements {
  /** How they use a table; reads without a name of its columns are omitted. */
  uses(table: SqlTable): readonly TableUse[];
  /**
   * Whether `*` of a table is part of the rows that they return. Once the table's columns change, such a prepared statement fails on every
   * connection. Absent if the server re-prepares it automatically, as MySQL and MariaDB do.
   */
  returnsAll?(table: SqlTable): boolean;
  /**
   * The ways in which they take the whole row of the table: once it has another column, they fail, or store values in the wrong columns.
   *
   * @param alike tables that get the column too. Default: none
   */
  wholeRows(table: GrowingTable, alike?: readonly string[]): readonly WholeRowKind[];
  /** The views that they create or drop. */
  readonly views: readonly ViewStatement[];
}

/** A view and the table columns it uses; `isDropped` if a statement drops it. */
export interface ViewStatement {
  readonly view: string;
  readonly isDropped: boolean;
  uses(table: SqlTable): readonly TableUse[];
}

/** How SQL in an application's code is parsed. Nothing here connects to a database. */
export interface CodeSql {
  /** Loads the parser: once before the rest. */
  load(): Promise<void>;
  /** Undefined if the system would reject the text. */
  statements(sql: string): SqlStatements | undefined;
  /**
   * Routines with their statements that take the whole row of the table, and fail once it has another column.
   *
   * @param routines of the catalog: all that use the table
   * @param children tables that get the column too
   */
  routineRows<Text extends RoutineText>(
    routines: readonly Text[],
    table: SqlTable,
    children?: readonly string[],
  ): readonly WholeRowRoutine<Text>[];
  /** The routines that migrations create and do not drop again, with the triggers of a table that run them. @param texts in their order */
  routinesWritten(texts: readonly string[], table: SqlTable): readonly WrittenRoutine[];
  /** Undefined for everything that may have another meaning in TypeScript. @param columns by their names in the database */
  expression(sql: string, columns: readonly string[]): SqlExpression | undefined;
  /** The columns that an expression names, however it uses them. */
  columnsOf(sql: string): readonly string[];
  /** A column as written in a statement, distinguishable from the words of a sentence. */
  spelled(column: string): string;
  /** The placeholder of a value that is filled in at run time. */
  parameter(number: number): string;
  /** First keywords of statements that use rows or create views, as part of a regular expression. */
  readonly verbs: string;
  /** The keywords before the changes of an existing row. */
  readonly overwrite: string;
}
