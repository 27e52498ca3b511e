import { type ConfiguredFill, configFile } from "../config/configured-fills.js";
import type { FillDependence, IndexFacts, KnownForeignKey } from "../dialect/development.js";
import type { FormerTable } from "../dialect/judging.js";
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

/** What a plan needs to know of an existing table. Row counts are not among it: a developer's own never count. */
export interface TableShape {
  readonly columns: readonly string[];
  readonly generatedColumns: readonly string[];
  /** Identity, AUTO_INCREMENT. Default: none. */
  readonly numberedColumns?: readonly string[];
  /** As `format_type` prints them, by the names of the columns. Default: not known. */
  readonly types?: ReadonlyMap<string, string>;
  /** What a backfill follows: the primary key, or another unique one without NULLs; empty when there is none. */
  readonly key: readonly KeyColumn[];
  readonly primaryKey?: readonly string[];
  readonly descendants?: Descendants;
  /** What its partitions are divided by; null: an expression, which no unique index can include. */
  readonly partitionColumns?: readonly (string | null)[];
  /** Why the rows below it cannot be filled, each with what to do. */
  readonly obstacles?: readonly string[];
}

/** How the model and the code name a unique constraint that the change takes away. */
export type FormerUnique = Pick<KeptUnique, "model" | "fields" | "selector" | "attribute">;

/** Where a plan's inputs come from: the ORM's model for columns, the development database for tables. */
export interface PlanSources {
  column(table: TableName, column: string): ColumnSource | undefined;
  table(table: TableName): Promise<TableShape>;
  /** A table that a subquery of a fill looks at; undefined: there is none. Absent: subqueries are refused. */
  lookedUp?(table: TableName): Promise<LookedUpTable | undefined>;
  /** An index of the development database; asked only about indexes that a change with a planned column drops. */
  index?(name: TableName): Promise<IndexFacts | undefined>;
  /**
   * Whether PostgreSQL would pass the name over when it names a constraint of the table itself; asked only for such a constraint over a
   * planned column.
   */
  isTaken?(table: TableName, name: string, hasIndex: boolean): Promise<boolean>;
  /** What a type is that the change does not make; asked only for types of new columns that are not PostgreSQL's own. */
  typeKind?(name: TableName): Promise<TypeKind | undefined>;
  /** A table before the change; asked only where a verdict rests on it. */
  formerTable?(table: TableName): Promise<FormerTable | undefined>;
  /** The columns that a check from before the change says are not NULL. */
  provenBy?(table: TableName, constraint: string): readonly string[] | undefined;
  /** What a fill depends on beside its row. Absent, or undefined: nobody could say, so it is taken to depend on the session. */
  dependence?(
    table: TableName,
    column: { readonly name: string; readonly type: string },
    fill: Fill,
  ): Promise<FillDependence | undefined>;
  /** The type of a column before the change, where what takes the change back says it. */
  formerType?(table: TableName, column: string): string | undefined;
  /** The foreign keys of a table and to it; asked only about tables of which a change with a planned column takes something away. */
  foreignKeys?(table: TableName): Promise<readonly KnownForeignKey[]>;
  /** Where the change runs; asked when there is something to plan. */
  environment?(): Promise<Environment>;
  /** How the model declared a unique index before the change. */
  formerUnique?(table: TableName, index: UnitIndex): FormerUnique;
}

/** Together with how the SQL of the change is read. */
export interface ReadSources extends PlanSources {
  readonly sql: SqlReader;
}

/** What the model says about a column, together with its function in lockstep.config.ts. */
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
