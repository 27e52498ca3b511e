import type { ColumnDeclaration, TableConstraint } from "../model/declaration.js";
import type { TableName } from "../model/names.js";
import type { Operation, OperationOf } from "../model/operation.js";
import type { UnitIndex } from "../model/plan.js";
import type { Dependent, Environment, TypeKind, Verdict } from "../model/verdict.js";
import type { Capabilities } from "./capabilities.js";
import type { ColumnDependents, KnownForeignKey } from "./development.js";
import type { Quote } from "./quote.js";

/** How a database system judges what is done to it. */
export interface Judging {
  readonly capabilities: Capabilities;
  /** Names and texts in statements that are suggested, or written in the place of others. */
  readonly quote: Quote;
  /** How an index that was built beside another takes its name. Absent: none is built so. */
  readonly swap?: IndexSwap;
  /** What one operation does to a database in use, run as it stands. */
  verdictOf(operation: Operation, context: VerdictContext): Verdict;
  /** Whether its verdict rests on what the table is before it. */
  asksFormerTable(operation: Operation): boolean;
  /**
   * The statement of a phase that nobody could write during, where the phases of a required column, or of one that is filled, have such
   * a one; undefined: the phases disturb nobody.
   */
  phaseObstacle(operation: OperationOf<"addColumn">, context: VerdictContext): string | undefined;
  /** The functions that a query calls, and of which nobody knows what they do. */
  unknownFunctions(operation: OperationOf<"select">): readonly string[];
}

export interface IndexSwap {
  /** What it is called until then. */
  temporaryName(index: string): string;
  /** @returns what follows ADD CONSTRAINT and its name. @param name quoted: of the index that is there */
  constraintWords(name: string, index: UnitIndex): string;
}

/** What something may use. */
export type Used =
  | { readonly what: "column"; readonly table: TableName; readonly column: string }
  | { readonly what: "relation" | "type" | "function" | "sequence"; readonly name: TableName }
  /** Of a foreign key, on either side. */
  | { readonly what: "key-column"; readonly table: TableName; readonly column: string }
  /** Not used by them: those that a table has. */
  | { readonly what: "policies"; readonly table: TableName };

/** A table as it was before a statement that declares one of its columns anew. */
export interface FormerTable {
  column(name: string): ColumnDeclaration | undefined;
  /** A column as the server itself declares it; undefined where nobody has asked it. */
  columnSql?(name: string): string | undefined;
  /** As the statement that made it spells them: `ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`. */
  readonly optionsSql: string;
  readonly indexes: readonly {
    readonly columns: readonly string[];
    readonly method: string;
    /** Absent: it is not, or nobody has said. */
    readonly isUnique?: boolean;
    /** Of an index that has more than columns, or not every row. */
    readonly definition?: string;
  }[];
  /** Absent: it is not, or nobody knows. */
  readonly isPartitioned?: boolean;
  /** The tables whose changes its foreign keys pass on to its rows: CASCADE, SET NULL. */
  readonly follows: readonly TableName[];
  /** A column is computed when it is read. */
  readonly hasVirtualColumn: boolean;
  /** A column is computed and kept: it is stored, or in an index. */
  readonly hasKeptColumn: boolean;
}

/** A domain, with what it has of the domains that it is made of. */
export interface KnownDomain {
  /** The type below it that is none, as `format_type` prints it. */
  readonly base: string;
  /** With CHECK or NOT NULL. Undefined: nobody knows. */
  readonly isChecked: boolean | undefined;
  readonly isRequired: boolean;
  /** `stored`: evaluated once for all rows that exist. Undefined: none. */
  readonly default: "stored" | "computed" | undefined;
}

/** Where a table stands among others. */
export interface KnownRelatives {
  /** Its partitions and the tables that inherit from it, and theirs. */
  readonly below: readonly TableName[];
  readonly isPartitioned: boolean;
  /** The default partition of a partitioned table. Undefined: it has none, or nobody knows. */
  readonly defaultPartition: TableName | undefined;
  /** The partitioned table that it is a partition of. */
  readonly partitionOf: TableName | undefined;
}

/** What earlier migrations made, beside what a database is asked about as well. */
export interface History {
  /** Undefined: it is no domain, or none that is known. @param type as `userTypeText` spells it */
  domain(type: string): KnownDomain | undefined;
  /** The tables with a column of a domain, or of one that is made of it; undefined where not every table is known. */
  usersOf(domain: TableName): readonly TableName[] | undefined;
  /** The tables of a composite type; undefined where not every table is known. */
  tablesOf(type: TableName): readonly TableName[] | undefined;
  /** Undefined where nobody knows the table. */
  relatives(table: TableName): KnownRelatives | undefined;
  /** The columns of a key or of a check, and what it is; undefined where nobody knows it. */
  constraint(
    table: TableName,
    name: string,
  ): { readonly kind: TableConstraint["kind"]; readonly columns: readonly string[] } | undefined;
  /** Whether a function is declared STABLE or IMMUTABLE. */
  isSteady(functionName: string): boolean;
  /** Whether an index is over a column. */
  indexOf(table: TableName, column: string): "unique" | "plain" | undefined;
}

/** What a verdict may know about the change that an operation is part of, and about where it runs. */
export interface VerdictContext {
  /** Who judges: the database system that the change is for. */
  readonly judging: Judging;
  readonly operations: readonly Operation[];
  readonly environment: Environment;
  /** Every statement stays in the file in which it stands; else CREATE INDEX CONCURRENTLY gets one of its own. */
  readonly isAsWritten: boolean;
  /** The table, or view, is made by this very change, so nobody uses it yet. Never: "it is empty on my machine". */
  createdInThisChange(table: TableName): boolean;
  /** An index that is there before the change, as the database describes it; undefined where nobody has asked the database. */
  formerIndex(name: TableName):
    | {
        readonly table: TableName;
        readonly columns: readonly string[];
        readonly isUnique: boolean;
        readonly hasExpression?: boolean | undefined;
      }
    | undefined;
  /** The type of a column before the change, as `format_type` prints it; undefined where nobody has said. */
  formerType(table: TableName, column: string): string | undefined;
  /** What a type is that the change does not make; undefined where nobody has asked the database. */
  typeKind(name: TableName): TypeKind | undefined;
  /** The columns that a check which is there before the change says are not NULL; undefined where nobody knows the check. */
  provenBy(table: TableName, constraint: string): readonly string[] | undefined;
  /**
   * Whether a column is NOT NULL, or a proven check says so, before the change; undefined where nobody knows the column.
   * @param without a check that is left out of account
   */
  isNeverNull(table: TableName, column: string, without?: string): boolean | undefined;
  /** Whether a check says nothing but what NOT NULL of its columns says already; undefined where nobody knows the check. */
  isRepeated(table: TableName, constraint: string): boolean | undefined;
  /** The foreign keys that a table has and those that lead to it; undefined where nobody has asked the database. */
  foreignKeys(table: TableName): readonly KnownForeignKey[] | undefined;
  /** A valid foreign key that the change itself has dropped by now; undefined where nobody knows it. */
  droppedKey(table: TableName, name: string): KnownForeignKey | undefined;
  /** What is built, or looked at, again when the type of a column changes; undefined where nobody has said. */
  dependents(table: TableName, column: string): Pick<ColumnDependents, "rebuilt" | "checked"> | undefined;
  /** What is known to use it before the change: more may. */
  dependentsOf(used: Used): readonly Dependent[];
  /** Those of the tables, or of all, that are known to have no key by which a subscriber finds a row that was changed. */
  withoutReplicaIdentity(tables: readonly TableName[] | "all"): readonly TableName[];
  /** Whether a function of this name was made before the statement; undefined where nobody knows. */
  definesFunction(name: string): boolean | undefined;
  /** A table before the change; undefined where nobody has said. */
  formerTable(table: TableName): FormerTable | undefined;
  /** Absent: the migrations before this one are not read. */
  readonly history?: History;
}
