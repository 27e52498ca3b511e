import type { ScalarType } from "../model/code.js";
import type { Fill } from "../model/fill.js";
import type { TableName } from "../model/names.js";
import type { ForeignKey } from "../model/plan.js";
import type { Connection } from "./connection.js";
import type { TableFacts } from "./table.js";

/** Rows that a fill gives no value, all for one reason. */
export interface Refusal {
  /** What the server says of the first of them: `division by zero`. */
  readonly why: string;
  /** `why` is a message of the server's, which may quote a value. */
  readonly isRaised?: boolean;
  /** Empty: the fill yields NULL. */
  readonly sqlState: string;
  readonly rows: number;
  /** Up to three, by their key: `id=5`. */
  readonly samples: readonly string[];
}

export interface RefusedRowsInput {
  readonly table: TableFacts;
  readonly column: { readonly name: string; readonly type: string };
  readonly fill: Fill;
  /** Rows that have a value are passed over; false: no row has one, for the column is not there yet. */
  readonly columnExists: boolean;
  /** Unique indexes and foreign keys over the column. Looked up row by row, so only for few rows. Default: none. */
  readonly uniqueKeys?: readonly (readonly string[])[];
  readonly foreignKeys?: readonly ForeignKey[];
  /** So many rows are looked at. Default: all. */
  readonly limit?: number;
  readonly timeoutMs: number;
}

/** `not-tried`: the role may not make what is needed for it, the target is read-only, or the time ran out; in words. */
export type RefusedRows =
  | { readonly kind: "tried"; readonly looked: number; readonly refusals: readonly Refusal[] }
  | { readonly kind: "not-tried"; readonly why: string };

/** A column that follows its source. */
export interface MirrorColumn {
  readonly table: TableName;
  readonly name: string;
  readonly type: string;
  readonly fill: Fill;
}

/** A row whose value is another one than its source gives; long values are cut, with a hash of the whole. */
export interface DifferingRow {
  /** By its key. */
  readonly row: string;
  readonly has: string;
  /** Null: its source gives no value. */
  readonly source: string | null;
}

export interface Compared {
  readonly rows: readonly DifferingRow[];
  /** What the source of some row gives instead of a value: an error's message. */
  readonly fails?: string;
  /** Why the rows beside such a row could not be looked at, and what to do. */
  readonly untried?: { readonly why: string; readonly help: string };
}

/** A row with what its fill reads and what the database computes, as text. */
export interface EvaluatedRow {
  /** By its key. */
  readonly row: string;
  readonly inputs: readonly (string | null)[];
  readonly value: string | null;
}

/** Which rows are evaluated: some from all over the table, or those in whose inputs there is more than plain ASCII. */
export interface Selection {
  readonly which: "spread" | "beyond-ascii";
  readonly limit: number;
  readonly timeoutMs: number;
}

/** Rows that were written later than this. */
export interface Since {
  /** ISO 8601, the server's time. */
  readonly at: string;
  /** Of the ledger's row that was written then: `LedgerStore.evidence`. */
  readonly mark?: string;
}

/** Rows without a value. Moments are the server's, ISO 8601, where it keeps them. */
export interface MissingRows {
  readonly count: number;
  /** One of them, by its key; undefined: there is none. */
  readonly sample: string | undefined;
  readonly first?: string;
  readonly last?: string;
}

/** What gates ask about the rows of a target, in the words of a dialect. Nothing is changed; errors are the server's. */
export interface Rows {
  /** Runs in a transaction that only reads, and in which nothing hides rows. */
  reading<T>(connection: Connection, timeoutMs: number, run: () => Promise<T>): Promise<T>;
  /** What names a row of the table, as SQL: `id=5`. */
  label(table: TableFacts): string;
  /** How many rows the server expects of a query; undefined where it cannot tell. */
  estimate(connection: Connection, sql: string): Promise<number | undefined>;
  /**
   * Rows without a value, counted up to `limit`. To be called in `reading`.
   * @param since only those that were written later; undefined: all
   * @returns undefined: nothing tells when a row was written
   */
  missing(
    connection: Connection,
    table: TableFacts,
    column: string,
    options: { readonly since: Since | undefined; readonly limit: number },
  ): Promise<MissingRows | undefined>;
  /** Tries a fill row by row: which rows get no value from it, and why. */
  refused(connection: Connection, input: RefusedRowsInput): Promise<RefusedRows>;
  /** The rows of a mirror that have another value than their source gives. A row without a value is none of them. */
  differing(
    connection: Connection,
    table: TableFacts,
    mirror: MirrorColumn,
    options: { readonly limit: number; readonly timeoutMs: number },
  ): Promise<Compared>;
  /** The statement that gives rows back to the trigger, for people. @param labels of these rows only */
  follow(table: TableFacts, mirror: MirrorColumn, labels: readonly string[] | undefined): string;
  /** @returns `isWhole`: the table has no rows beside these */
  evaluated(
    connection: Connection,
    table: TableFacts,
    fill: Fill,
    selection: Selection,
  ): Promise<{ readonly rows: readonly EvaluatedRow[]; readonly isWhole: boolean }>;
  /** What ORMs make of a type of the database; undefined: code may read it in any way. */
  scalarOf(type: string): ScalarType | undefined;
}
