import type { KeyColumn } from "../model/plan.js";

export interface ColumnFacts {
  readonly name: string;
  /** As the catalog of this target prints it. */
  readonly type: string;
  /** False only when the server enforces NOT NULL for existing rows, too. */
  readonly isNullable: boolean;
  readonly isGenerated: boolean;
  /** The server numbers its rows: identity, serial, AUTO_INCREMENT. */
  readonly isIdentity: boolean;
  readonly hasDefault: boolean;
  /** Never reused for another column of the table, even of the same name. Absent: the server does not number columns so. */
  readonly number?: number;
  /** Any UPDATE of a row changes it (ON UPDATE CURRENT_TIMESTAMP). Absent: it does not. */
  readonly isSelfUpdating?: true;
}

export interface KeyFacts {
  readonly name: string;
  readonly columns: readonly string[];
  readonly isPrimary: boolean;
  /** False: a concurrent build was interrupted, and the index enforces nothing. */
  readonly isValid: boolean;
  /** All rows, plain columns: no predicate, no expression. */
  readonly isTotal: boolean;
  /** It sorts as `ORDER BY` of its columns does: default operators and collations, one direction. */
  readonly isOrdered: boolean;
}

/** A trigger or rule that an UPDATE fires, without Lockstep's own. */
export interface UserTrigger {
  readonly kind: "trigger" | "rule";
  readonly name: string;
  /** `audit.log_change()`; empty for rules, and if a trigger has its own body. */
  readonly calls: string;
  /** It fires for updates of these columns only; empty: for all. */
  readonly columns: readonly string[];
}

/** A table that inherits from another one and contains rows of it. */
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

/** A table in the catalog of one target. */
export interface TableFacts {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly isPartitioned: boolean;
  /** The partition keys of it and its partitions; null: an expression. */
  readonly partitionColumns: readonly (string | null)[];
  /** Tables that inherit from it, at any depth; for a partitioned table its partitions with rows. */
  readonly children: readonly ChildFacts[];
  readonly columns: readonly ColumnFacts[];
  /** In key order; empty without a primary key. */
  readonly primaryKey: readonly KeyColumn[];
  /** Unique indexes, including the primary key. */
  readonly uniqueKeys: readonly KeyFacts[];
  /** Indexes left by a killed build, unique or not. */
  readonly invalidIndexes: readonly { readonly name: string; readonly columns: readonly string[] }[];
  /** From the statistics, scaled to the current size. Never exact. */
  readonly rowEstimate: number;
  /** With indexes and TOAST, in bytes. */
  readonly sizeBytes: number;
  readonly userTriggers: readonly UserTrigger[];
  /** Seconds since 1970: the last change of its definition, of any kind. Absent: the server does not record it. */
  readonly alteredAt?: string;
  /** The storage engine, if it has no transactions: `MyISAM`. Absent: it has them. */
  readonly engineWithoutTransactions?: string;
}

/**
 * The key that a backfill follows and that identifies rows: the primary key, else the unique index with the fewest columns.
 * @returns empty when no unique index covers all rows and has no NULLs
 */
export function rowKey(table: TableFacts): readonly KeyColumn[] {
  const [best] = table.uniqueKeys
    .filter((key) => canBeFollowed(table, key))
    .toSorted((a, b) => Number(b.isPrimary) - Number(a.isPrimary) || a.columns.length - b.columns.length);
  return best?.columns.map((column) => ({ column, type: typeOf(table, column) })) ?? [];
}

/** Whether a pass in the order of this key reaches every row. */
export function canBeFollowed(table: TableFacts, { columns, isValid, isTotal, isOrdered }: KeyFacts): boolean {
  const isRequired = (name: string) => table.columns.some((column) => column.name === name && !column.isNullable);
  return isValid && isTotal && isOrdered && columns.every(isRequired);
}

export function typeOf({ columns }: Pick<TableFacts, "columns">, name: string): string {
  return columns.find((column) => column.name === name)?.type ?? "";
}
