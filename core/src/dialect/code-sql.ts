/** The part of SQL that has the same meaning in TypeScript. */
export type SqlExpression =
  | { readonly kind: "column"; readonly name: string }
  | { readonly kind: "constant"; readonly value: string | boolean }
  /** As it is written: `5`, `-1.5`. */
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "call"; readonly name: TextFunction; readonly argument: SqlExpression }
  | { readonly kind: "coalesce"; readonly items: readonly SqlExpression[] }
  /** PostgreSQL's `||` and MySQL's `concat()` are NULL when one item is; PostgreSQL's `concat()` skips NULL. */
  | { readonly kind: "concat"; readonly items: readonly SqlExpression[]; readonly nulls: "propagate" | "skip" }
  /** Only kept where it changes nothing; checked against the type of its argument. */
  | { readonly kind: "cast"; readonly to: "string" | "int"; readonly argument: SqlExpression }
  /** `'LOW'::"Severity"`: of a type that may be an enum's. */
  | { readonly kind: "member"; readonly value: string };

export type TextFunction = "lower" | "upper" | "btrim" | "ltrim" | "rtrim";

/** What a statement does with one table. */
export type TableUse =
  | {
      readonly kind: "insert";
      /** Undefined where it names none: its values go by position. One that is filled in at run time begins with `hole_`. */
      readonly columns: readonly string[] | undefined;
      /** `INSERT … DEFAULT VALUES` */
      readonly isDefaults: boolean;
      /** What `ON CONFLICT DO UPDATE`, or `ON DUPLICATE KEY UPDATE`, sets to the values that were to be inserted. */
      readonly overwrites: readonly string[];
    }
  | { readonly kind: "update"; readonly columns: readonly string[] }
  /** A list of results: of SELECT, RETURNING or COPY … TO. */
  | { readonly kind: "select"; readonly columns: readonly string[]; readonly isAll: boolean };

/** A table as SQL may name it, with the names that its columns have in the database. */
export interface SqlTable {
  readonly schema?: string;
  readonly name: string;
  readonly columns: readonly string[];
}

/** Statements that were read from one text. */
export interface SqlStatements {
  /** How they use a table; reads that name nothing of it are left out. */
  uses(table: SqlTable): readonly TableUse[];
  /**
   * Whether `*` of a table is part of the rows that they return. Once the table's columns change, such a statement fails on every
   * connection that has prepared it. Absent where the server prepares it again by itself, as MySQL and MariaDB do.
   */
  returnsAll?(table: SqlTable): boolean;
  /** The views that they make or drop. */
  readonly views: readonly ViewStatement[];
}

/** A view and what it takes from tables; `isDropped` where a statement takes it away. */
export interface ViewStatement {
  readonly view: string;
  readonly isDropped: boolean;
  uses(table: SqlTable): readonly TableUse[];
}

/** How SQL in an application's code is read. Nothing here connects to anything. */
export interface CodeSql {
  /** Loads what reading needs: once before the rest. */
  load(): Promise<void>;
  /** Undefined where the system would not take the text. */
  statements(sql: string): SqlStatements | undefined;
  /** Undefined for everything that TypeScript might not mean in exactly the same way. @param columns as the database calls them */
  expression(sql: string, columns: readonly string[]): SqlExpression | undefined;
  /** The columns that an expression names, whatever it does with them. */
  columnsOf(sql: string): readonly string[];
  /** A column as it is added to a statement, and told from the words of a sentence. */
  spelled(column: string): string;
  /** What stands in a statement for a value that is filled in at run time. */
  parameter(number: number): string;
  /** What statements begin with that use rows or make views, as part of a regular expression. */
  readonly verbs: string;
  /** The words before what changes in a row that was there already. */
  readonly overwrite: string;
}
