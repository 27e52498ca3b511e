import type { ColumnDeclaration } from "../model/declaration.js";
import type { Fill } from "../model/fill.js";
import type { TableName } from "../model/names.js";
import type { UnitIndex } from "../model/plan.js";
import type { TypeKind } from "../model/verdict.js";
import type { Connection } from "./connection.js";
import type { FormerTable } from "./judging.js";

/** What a database says about an index. */
export interface IndexFacts extends UnitIndex {
  readonly table: { readonly schema: string; readonly name: string };
  readonly isPrimary: boolean;
}

/** What the value of a fill depends on beside its row. */
export interface FillDependence {
  /** `session`: on settings of whoever evaluates it. `volatile`: it is another one each time. */
  readonly on: "row" | "session" | "volatile";
  /** It calls what is not built in, which the search path finds: PostgreSQL's word, which knows the types of the columns. */
  readonly usesOwn: boolean;
}

/** What a change of a column's type has to do with besides the column. */
export interface ColumnDependents {
  readonly comment: string | undefined;
  /** Indexes with an expression or a predicate: PostgreSQL builds them again whatever the types are. */
  readonly rebuilt: readonly string[];
  /** Checks: PostgreSQL looks at every row again. */
  readonly checked: readonly string[];
}

/** A foreign key that is there before the change. */
export interface KnownForeignKey {
  readonly name: string;
  readonly table: TableName;
  readonly columns: readonly string[];
  readonly references: TableName;
  /** Absent: nobody has asked. */
  readonly referencedColumns?: readonly string[];
}

/** A database as some statements leave it. */
export interface DatabaseAfter {
  /** For questions. Nothing that it does remains. */
  readonly connection: Connection;
  /** Why one of the statements did not run, unless what it makes is there already. */
  readonly failure: string | undefined;
  /** Takes the statements back. */
  end(): Promise<void>;
}

/** What the developer's own database knows of a change that is being planned, in the words of a dialect. All throw LS7002. */
export interface Development {
  /** @returns undefined when there is no index of that name; without a schema the session decides, as for the ORM */
  index(connection: Connection, name: TableName): Promise<IndexFacts | undefined>;
  /** The foreign keys that a table has, and those that lead to it. */
  foreignKeys(connection: Connection, table: TableName): Promise<readonly KnownForeignKey[]>;
  /** Whether a type has checks of its own; undefined when there is no such type. */
  typeKind(connection: Connection, name: TableName): Promise<TypeKind | undefined>;
  /** Whether the server would pass a name over when it names a constraint of this table itself. */
  isTaken(connection: Connection, table: TableName, name: string, hasIndex: boolean): Promise<boolean>;
  /** What the value of a fill depends on beside its row; undefined where the database cannot tell. */
  dependence(
    connection: Connection,
    table: TableName,
    column: { readonly name: string; readonly type: string },
    fill: Pick<Fill, "rowSql">,
  ): Promise<FillDependence | undefined>;
  /** What a change of a column's type has to do with besides the column. */
  dependents(connection: Connection, table: TableName, column: string): Promise<ColumnDependents>;
  /** A table as it is; undefined where there is none, and where nothing is judged by that. */
  formerTable(connection: Connection, table: TableName): Promise<FormerTable | undefined>;
  /** Whether every row is written for a new column; undefined where it cannot be tried. */
  isRewrittenFor(connection: Connection, table: TableName, column: ColumnDeclaration): Promise<boolean | undefined>;
  /**
   * The database as statements of a migration leave it, for what they make. Absent where the system cannot take DDL back.
   *
   * @param connection used for nothing else until `end`
   */
  after?(connection: Connection, statements: readonly string[]): Promise<DatabaseAfter>;
}
