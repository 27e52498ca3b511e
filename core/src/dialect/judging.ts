import type { ColumnDeclaration, TableConstraint } from "../model/declaration.js";
import type { TableName } from "../model/names.js";
import type { Operation, OperationOf } from "../model/operation.js";
import type { UnitIndex } from "../model/plan.js";
import type { Dependent, Environment, TypeKind, Verdict } from "../model/verdict.js";
import type { Capabilities } from "./capabilities.js";
import type { ColumnDependents, KnownForeignKey } from "./development.js";
import type { Quote } from "./quote.js";

/** How a database system judges the operations of a change. */
export interface Judging {
  readonly capabilities: Capabilities;
  /** Quotes names and texts in statements that Lockstep suggests or writes as replacements. */
  readonly quote: Quote;
  /** How an index that was built beside another takes its name. Absent: this system does not build indexes that way. */
  readonly swap?: IndexSwap;
  /** What one operation does to a database in use if it runs as written. */
  verdictOf(operation: Operation, context: VerdictContext): Verdict;
  /** Whether the verdict depends on the table's former definition. */
  asksFormerTable(operation: Operation): boolean;
  /** The statement that would block all writes in a phase of a required or filled column. Undefined: no phase blocks writes. */
  phaseObstacle(operation: OperationOf<"addColumn">, context: VerdictContext): string | undefined;
  /** The functions in a query whose effects Lockstep does not know. */
  unknownFunctions(operation: OperationOf<"select">): readonly string[];
}

export interface IndexSwap {
  /** The name of the index until the swap. */
  temporaryName(index: string): string;
  /**
   * @param name quoted name of the existing index
   * @returns the SQL after ADD CONSTRAINT and its name
   */
  constraintWords(name: string, index: UnitIndex): string;
}

/** An object that others may use. */
export type Used =
  | { readonly what: "column"; readonly table: TableName; readonly column: string }
  | { readonly what: "relation" | "type" | "function" | "sequence"; readonly name: TableName }
  /** Triggers that take a column from the row that is written. */
  | { readonly what: "field"; readonly table: TableName; readonly column: string }
  /** A foreign key on either side. */
  | { readonly what: "key-column"; readonly table: TableName; readonly column: string }
  /** The policies of a table themselves, not objects that use them. */
  | { readonly what: "policies"; readonly table: TableName };

/** A table before a statement that redeclares one of its columns. */
export interface FormerTable {
  column(name: string): ColumnDeclaration | undefined;
  /** A column as the server itself declares it. Undefined if the server was not queried. */
  columnSql?(name: string): string | undefined;
  /** As spelled in the statement that created it: `ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`. */
  readonly optionsSql: string;
  readonly indexes: readonly {
    readonly columns: readonly string[];
    readonly method: string;
    /** Absent: not unique, or unknown. */
    readonly isUnique?: boolean;
    /** An index that has more than columns, or not every row. */
    readonly definition?: string;
  }[];
  /** Absent: not partitioned, or unknown. */
  readonly isPartitioned?: boolean;
  /** The referenced tables whose changes its foreign keys apply to its rows: CASCADE, SET NULL. */
  readonly follows: readonly TableName[];
  /** The column is computed on read. */
  readonly hasVirtualColumn: boolean;
  /** The column is computed and kept: stored, or in an index. */
  readonly hasKeptColumn: boolean;
}

/** A domain, including what it inherits from its base domains. */
export interface KnownDomain {
  /** The base type that is not a domain, as `format_type` prints it. */
  readonly base: string;
  /** It has CHECK or NOT NULL. Undefined: unknown. */
  readonly isChecked: boolean | undefined;
  readonly isRequired: boolean;
  /** `stored`: evaluated once for all existing rows. Undefined: no default. */
  readonly default: "stored" | "computed" | undefined;
}

/** A table's partitions and inheritance. */
export interface KnownRelatives {
  /** Its partitions and the tables that inherit from it, and theirs. */
  readonly below: readonly TableName[];
  readonly isPartitioned: boolean;
  /** The default partition of a partitioned table. Undefined: it has none, or unknown. */
  readonly defaultPartition: TableName | undefined;
  /** The partitioned table of this partition. */
  readonly partitionOf: TableName | undefined;
}

/** What earlier migrations created. `check` can also query a database for it. */
export interface History {
  /**
   * @param type as `userTypeText` spells it
   * @returns undefined: not a domain, or an unknown one
   */
  domain(type: string): KnownDomain | undefined;
  /** The tables with a column of a domain, or of one derived from it. Undefined unless all tables are known. */
  usersOf(domain: TableName): readonly TableName[] | undefined;
  /** The tables of a composite type. Undefined unless all tables are known. */
  tablesOf(type: TableName): readonly TableName[] | undefined;
  /** Undefined if the table is unknown. */
  relatives(table: TableName): KnownRelatives | undefined;
  /** The columns and kind of a key or check. Undefined if unknown. */
  constraint(
    table: TableName,
    name: string,
  ): { readonly kind: TableConstraint["kind"]; readonly columns: readonly string[] } | undefined;
  /** Whether a function is declared STABLE or IMMUTABLE. */
  isSteady(functionName: string): boolean;
  /** Whether an index is over a column. */
  indexOf(table: TableName, column: string): "unique" | "plain" | undefined;
}

/** What a verdict can use about the change that contains the operation, and about its environment. */
export interface VerdictContext {
  /** The judging of the change's database system. */
  readonly judging: Judging;
  readonly operations: readonly Operation[];
  readonly environment: Environment;
  /** Every statement stays in its file. Otherwise CREATE INDEX CONCURRENTLY moves to a file of its own. */
  readonly isAsWritten: boolean;
  /** This change creates the table or view, so no session uses it yet. Never: "it is empty on my machine". */
  createdInThisChange(table: TableName): boolean;
  /** An index that exists before the change, as the database describes it. Undefined if no database was queried. */
  formerIndex(name: TableName):
    | {
        readonly table: TableName;
        readonly columns: readonly string[];
        readonly isUnique: boolean;
        readonly hasExpression?: boolean | undefined;
      }
    | undefined;
  /** The type of a column before the change, as `format_type` prints it. Undefined if unknown. */
  formerType(table: TableName, column: string): string | undefined;
  /** The kind of a type that the change does not create. Undefined if no database was queried. */
  typeKind(name: TableName): TypeKind | undefined;
  /** The columns that an existing check proves not NULL. Undefined if the check is unknown. */
  provenBy(table: TableName, constraint: string): readonly string[] | undefined;
  /**
   * Whether a column is NOT NULL before the change, by its declaration or a validated check. Undefined if the column is unknown.
   * @param without a check to ignore
   */
  isNeverNull(table: TableName, column: string, without?: string): boolean | undefined;
  /** Whether a check only repeats the NOT NULL of its columns. Undefined if the check is unknown. */
  isRepeated(table: TableName, constraint: string): boolean | undefined;
  /** The foreign keys of a table and those that reference it. Undefined if no database was queried. */
  foreignKeys(table: TableName): readonly KnownForeignKey[] | undefined;
  /** A valid foreign key that an earlier statement of the change dropped. Undefined if unknown. */
  droppedKey(table: TableName, name: string): KnownForeignKey | undefined;
  /** What the server rebuilds or checks again when the type of a column changes. Undefined if unknown. */
  dependents(table: TableName, column: string): Pick<ColumnDependents, "rebuilt" | "checked"> | undefined;
  /** The objects known to use it before the change. There may be more. */
  dependentsOf(used: Used): readonly Dependent[];
  /** The tables (of the given ones, or of all) known to have no replica identity: a subscriber cannot find their changed rows. */
  withoutReplicaIdentity(tables: readonly TableName[] | "all"): readonly TableName[];
  /** Whether a function of this name was created before the statement. Undefined if unknown. */
  definesFunction(name: string): boolean | undefined;
  /** A table before the change. Undefined if unknown. */
  formerTable(table: TableName): FormerTable | undefined;
  /** Absent: earlier migrations are not read. */
  readonly history?: History;
}
