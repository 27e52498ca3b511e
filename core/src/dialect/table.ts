import type { KeyColumn } from "../model/plan.js";

export interface ColumnFacts {
  readonly name: string;
  /** As the catalogue of this target prints it. */
  readonly type: string;
  /** False only when the server enforces NOT NULL for the rows that exist, too. */
  readonly isNullable: boolean;
  readonly isGenerated: boolean;
  readonly isIdentity: boolean;
  readonly hasDefault: boolean;
  /** Never given to another column of the table, even of the same name. Absent: the server does not number columns so. */
  readonly number?: number;
  /** Any UPDATE of a row gives it another value (ON UPDATE CURRENT_TIMESTAMP). Absent: none does. */
  readonly isSelfUpdating?: true;
}

export interface KeyFacts {
  readonly name: string;
  readonly columns: readonly string[];
  readonly isPrimary: boolean;
  /** False: a concurrent build was interrupted, and the index guards nothing. */
  readonly isValid: boolean;
  /** All rows, plain columns: no predicate, no expression. */
  readonly isTotal: boolean;
  /** It sorts as `ORDER BY` of its columns does: default operators and collations, one direction. */
  readonly isOrdered: boolean;
}

/** A trigger, or a rule, that an UPDATE sets off. Lockstep's own are not among them. */
export interface UserTrigger {
  readonly kind: "trigger" | "rule";
  readonly name: string;
  /** `audit.log_change()`; empty for rules, and where a trigger has its own body. */
  readonly calls: string;
  /** It fires for updates of these columns only; empty: for all. */
  readonly columns: readonly string[];
}

/** A table that inherits from another one and holds rows of it. */
export interface ChildFacts {
  readonly schema: string;
  readonly name: string;
  /** Its rows are on another server. */
  readonly isForeign: boolean;
  /** Columns that are NOT NULL. */
  readonly required: readonly string[];
  /** The columns of each valid index over all rows that sorts as `ORDER BY` does. */
  readonly sorted: readonly (readonly string[])[];
}

/** What the catalogue of one target says about a table. */
export interface TableFacts {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly isPartitioned: boolean;
  /** What it and its partitions are divided by; null: an expression. */
  readonly partitionColumns: readonly (string | null)[];
  /** Tables that inherit from it, however far down; of a partitioned table its partitions with rows. */
  readonly children: readonly ChildFacts[];
  readonly columns: readonly ColumnFacts[];
  /** In key order; empty without a primary key. */
  readonly primaryKey: readonly KeyColumn[];
  /** Unique indexes, the primary key among them. */
  readonly uniqueKeys: readonly KeyFacts[];
  /** Indexes that a killed build left behind, unique or not. */
  readonly invalidIndexes: readonly { readonly name: string; readonly columns: readonly string[] }[];
  /** From the statistics, scaled to the size of today. Never exact. */
  readonly rowEstimate: number;
  /** With indexes and TOAST, in bytes. */
  readonly sizeBytes: number;
  readonly userTriggers: readonly UserTrigger[];
  /** Seconds since 1970: when its definition changed last, in whatever respect. Absent: the server does not keep it. */
  readonly alteredAt?: string;
  /** The engine that keeps its rows and knows no transactions: `MyISAM`. Absent: it knows them. */
  readonly engineWithoutTransactions?: string;
}

/**
 * The key that a backfill follows and that names rows: the primary key, else the unique index with the fewest columns.
 * @returns empty when no unique index covers all rows and has no NULLs
 */
export function rowKey(table: TableFacts): readonly KeyColumn[] {
  const [best] = table.uniqueKeys
    .filter((key) => canBeFollowed(table, key))
    .toSorted((a, b) => Number(b.isPrimary) - Number(a.isPrimary) || a.columns.length - b.columns.length);
  return best?.columns.map((column) => ({ column, type: typeOf(table, column) })) ?? [];
}

/** Whether going through the table in the order of this key meets every row. */
export function canBeFollowed(table: TableFacts, { columns, isValid, isTotal, isOrdered }: KeyFacts): boolean {
  const isRequired = (name: string) => table.columns.some((column) => column.name === name && !column.isNullable);
  return isValid && isTotal && isOrdered && columns.every(isRequired);
}

export function typeOf({ columns }: Pick<TableFacts, "columns">, name: string): string {
  return columns.find((column) => column.name === name)?.type ?? "";
}
