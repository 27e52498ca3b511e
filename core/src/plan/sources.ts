import { type ConfiguredFill, configFile } from "../config/configured-fills.js";
import type { FillDependence, IndexFacts, KnownForeignKey } from "../dialect/development.js";
import type { FormerTable, VerdictContext } from "../dialect/judging.js";
import type {
  ColumnSource,
  Descendants,
  Environment,
  Fill,
  KeptUnique,
  KeyColumn,
  TableName,
  TypeKind,
  UnitIndex,
} from "../model/index.js";
import type { LookedUpTable } from "../sql/fill-context.js";
import type { SqlReader } from "../sql/sql-reader.js";

export type { ColumnSource } from "../model/index.js";

/** The facts about an existing table for a plan. Excludes row counts: those of a developer's database are irrelevant. */
export interface TableShape {
  readonly columns: readonly string[];
  readonly generatedColumns: readonly string[];
  /** Identity, serial, AUTO_INCREMENT. Default: none. */
  readonly numberedColumns?: readonly string[];
  /** As `format_type` prints them, by column name. Default: unknown. */
  readonly types?: ReadonlyMap<string, string>;
  /** Columns that are NOT NULL, and those with a default. Default: unknown. */
  readonly required?: ReadonlySet<string>;
  readonly defaulted?: ReadonlySet<string>;
  /** The key that a backfill follows: the primary key, or another unique key without NULLs; empty if there is none. */
  readonly key: readonly KeyColumn[];
  readonly primaryKey?: readonly string[];
  readonly descendants?: Descendants;
  /** Its partition key; null: an expression, which no unique index can include. */
  readonly partitionColumns?: readonly (string | null)[];
  /** Why rows of child tables cannot be filled, each with the next step. */
  readonly obstacles?: readonly string[];
}

/** The names of a dropped unique constraint in the model and the code. */
export type FormerUnique = Pick<KeptUnique, "model" | "fields" | "selector" | "attribute">;

/** The sources of a plan's inputs: the ORM's model for columns, the development database for tables. */
export interface PlanSources {
  column(table: TableName, column: string): ColumnSource | undefined;
  table(table: TableName): Promise<TableShape>;
  /** A table in a subquery of a fill; undefined: it does not exist. Absent: subqueries are rejected. */
  lookedUp?(table: TableName): Promise<LookedUpTable | undefined>;
  /** The committed statistics show few rows. Absent: unknown. */
  isSmall?(table: TableName): boolean;
  /** No commit of the repository has a column of this name. Absent: unknown. */
  isUncommitted?(column: string): boolean;
  /** An index of the development database; only called for indexes that a change drops. */
  index?(name: TableName): Promise<IndexFacts | undefined>;
  /**
   * Whether PostgreSQL would skip the name when it names a constraint of the table itself; only called for such a constraint over a planned
   * column.
   */
  isTaken?(table: TableName, name: string, hasIndex: boolean): Promise<boolean>;
  /** The kind of a type that the change does not create; only called for types of new columns that are not built in. */
  typeKind?(name: TableName): Promise<TypeKind | undefined>;
  /** A table before the change; only called if a verdict depends on it. */
  formerTable?(table: TableName): Promise<FormerTable | undefined>;
  /** The columns that an existing check requires to be NOT NULL. */
  provenBy?(table: TableName, constraint: string): readonly string[] | undefined;
  /** Whether earlier migrations made a column NOT NULL. Absent: not read. */
  isNeverNull?: VerdictContext["isNeverNull"] | undefined;
  /** What a fill depends on besides its row. Absent, or undefined: unknown, so it counts as session-dependent. */
  dependence?(
    table: TableName,
    column: { readonly name: string; readonly type: string },
    fill: Fill,
  ): Promise<FillDependence | undefined>;
  /** The type of a column before the change, if the down migration contains it. */
  formerType?(table: TableName, column: string): string | undefined;
  /** The foreign keys of a table and to it; only called for tables that lose something in a change with a planned column. */
  foreignKeys?(table: TableName): Promise<readonly KnownForeignKey[]>;
  /** The environment of the change; only called if there is something to plan. */
  environment?(): Promise<Environment>;
  /** The name of a column's field, or of a table's model, before the change. Absent, or undefined: unknown. */
  formerName?(table: TableName, column: string | undefined): string | undefined;
  /** The model's former declaration of a unique index. */
  formerUnique?(table: TableName, index: UnitIndex): FormerUnique;
}

/** The sources, with the reader of the change's SQL. */
export interface ReadSources extends PlanSources {
  readonly sql: SqlReader;
}

/** The model's data on a column, with its function in lockstep.config.ts. */
export function withFunctions(
  column: PlanSources["column"],
  functions: ReadonlyMap<string, ConfiguredFill>,
): PlanSources["column"] {
  return (table, name) => {
    const source = column(table, name);
    const entry = source && functions.get(`${source.model}.${source.field}`);
    if (source === undefined || entry === undefined) return source;
    return { ...source, compute: { reads: entry.reads, fallback: entry.fallback, file: configFile } };
  };
}
