import type { ColumnDeclaration } from "../model/declaration.js";
import type { Fill } from "../model/fill.js";
import type { TableName } from "../model/names.js";
import type { UnitIndex } from "../model/plan.js";
import type { TypeKind } from "../model/verdict.js";
import type { Connection } from "./connection.js";
import type { FormerTable } from "./judging.js";

/** How the database describes an index. */
export interface IndexFacts extends UnitIndex {
  readonly table: { readonly schema: string; readonly name: string };
  readonly isPrimary: boolean;
}

/** What the value of a fill depends on besides its row. */
export interface FillDependence {
  /** `session`: on session settings. `volatile`: every evaluation returns another value. */
  readonly on: "row" | "session" | "volatile";
  /** It calls a function that is not built in and that the search path resolves. PostgreSQL decides this by the column types. */
  readonly usesOwn: boolean;
}

/** What else a change of a column's type affects. */
export interface ColumnDependents {
  readonly comment: string | undefined;
  /** Indexes with an expression or a predicate: PostgreSQL rebuilds them whatever the types are. */
  readonly rebuilt: readonly string[];
  /** Checks: PostgreSQL checks every row again. */
  readonly checked: readonly string[];
}

/** A foreign key that exists before the change. */
export interface KnownForeignKey {
  readonly name: string;
  readonly table: TableName;
  readonly columns: readonly string[];
  readonly references: TableName;
  /** Absent: not queried. */
  readonly referencedColumns?: readonly string[];
}

/** A database after some statements. */
export interface DatabaseAfter {
  /** For queries. Its changes are rolled back. */
  readonly connection: Connection;
  /** Why one of the statements failed, unless what it creates already exists. */
  readonly failure: string | undefined;
  /** Rolls the statements back. */
  end(): Promise<void>;
}

/** What the developer's own database reports about a planned change, per dialect. All methods throw LS7002. */
export interface Development {
  /** @returns undefined if there is no index of that name; without a schema the session resolves it, as for the ORM */
  index(connection: Connection, name: TableName): Promise<IndexFacts | undefined>;
  /** The foreign keys of a table, and those that reference it. */
  foreignKeys(connection: Connection, table: TableName): Promise<readonly KnownForeignKey[]>;
  /** Whether a type has checks of its own. Undefined: no such type. */
  typeKind(connection: Connection, name: TableName): Promise<TypeKind | undefined>;
  /** Whether the server would skip a name when it names a constraint of this table itself. */
  isTaken(connection: Connection, table: TableName, name: string, hasIndex: boolean): Promise<boolean>;
  /** What the value of a fill depends on besides its row. Undefined: the database cannot determine it. */
  dependence(
    connection: Connection,
    table: TableName,
    column: { readonly name: string; readonly type: string },
    fill: Pick<Fill, "rowSql">,
  ): Promise<FillDependence | undefined>;
  /** What else a change of a column's type affects. */
  dependents(connection: Connection, table: TableName, column: string): Promise<ColumnDependents>;
  /** The current definition of a table. Undefined: no such table, or this system's verdicts do not use it. */
  formerTable(connection: Connection, table: TableName): Promise<FormerTable | undefined>;
  /** Whether a new column rewrites every row. Undefined: it cannot be tried. */
  isRewrittenFor(connection: Connection, table: TableName, column: ColumnDeclaration): Promise<boolean | undefined>;
  /**
   * The database after statements of a migration, to query what they create. Absent: the system cannot roll DDL back.
   *
   * @param connection reserved until `end`
   */
  after?(connection: Connection, statements: readonly string[]): Promise<DatabaseAfter>;
}
