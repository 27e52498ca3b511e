import type { ScalarType } from "../model/code.js";
import type { Fill } from "../model/fill.js";
import type { TableName } from "../model/names.js";
import type { ForeignKey } from "../model/plan.js";
import type { Connection } from "./connection.js";
import type { TableFacts } from "./table.js";

/** Rows that get no value from a fill, all for one reason. */
export interface Refusal {
  /** The server's error for the first of them: `division by zero`. */
  readonly why: string;
  /** `why` is the server's message, which may quote a value. */
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
  /** Rows with a value are skipped. False: no row has one, because the column does not exist yet. */
  readonly columnExists: boolean;
  /** Unique indexes and foreign keys over the column. Looked up row by row, so only for few rows. Default: none. */
  readonly uniqueKeys?: readonly (readonly string[])[];
  readonly foreignKeys?: readonly ForeignKey[];
  /** The maximum number of rows checked. Default: all. */
  readonly limit?: number;
  readonly timeoutMs: number;
}

/** `not-tried`: the role lacks a privilege for the test, the target is read-only, or the time ran out; with a message. */
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

/** A row whose value differs from its source's; long values are cut, with a hash of the whole. */
export interface DifferingRow {
  /** By its key. */
  readonly row: string;
  readonly has: string;
  /** Null: its source gives no value. */
  readonly source: string | null;
}

export interface Compared {
  readonly rows: readonly DifferingRow[];
  /** The error that the source of some row raises instead of a value. */
  readonly fails?: string;
  /** Why the other rows could not be checked, and what to do. */
  readonly untried?: { readonly why: string; readonly help: string };
}

/** A row with the inputs of its fill and the value that the database computes, as text. */
export interface EvaluatedRow {
  /** By its key. */
  readonly row: string;
  readonly inputs: readonly (string | null)[];
  readonly value: string | null;
}

/** Which rows are evaluated: a sample of the whole table, or those whose inputs contain more than plain ASCII. */
export interface Selection {
  readonly which: "spread" | "beyond-ascii";
  readonly limit: number;
  readonly timeoutMs: number;
}

/** Rows that were written later than this. */
export interface Since {
  /** ISO 8601, the server's time. */
  readonly at: string;
  /** The ledger row of that time: `LedgerStore.evidence`. */
  readonly mark?: string;
}

/** Rows without a value. Moments are the server's, ISO 8601, if it records them. */
export interface MissingRows {
  readonly count: number;
  /** The key of one of them. Undefined: there is none. */
  readonly sample: string | undefined;
  readonly first?: string;
  readonly last?: string;
}

/** What gates query about the rows of a target, per dialect. Nothing is changed; errors are the server's. */
export interface Rows {
  /** Runs in a read-only transaction in which nothing hides rows. */
  reading<T>(connection: Connection, timeoutMs: number, run: () => Promise<T>): Promise<T>;
  /** SQL that identifies a row of the table: `id=5`. */
  label(table: TableFacts): string;
  /** The number of rows that the server expects of a query. Undefined if it cannot estimate. */
  estimate(connection: Connection, sql: string): Promise<number | undefined>;
  /**
   * Rows without a value, counted up to `limit`. To be called in `reading`.
   * @param since only those written later; undefined: all
   * @returns undefined: the server does not record when a row was written
   */
  missing(
    connection: Connection,
    table: TableFacts,
    column: string,
    options: { readonly since: Since | undefined; readonly limit: number },
  ): Promise<MissingRows | undefined>;
  /** Tries a fill row by row: which rows get no value from it, and why. */
  refused(connection: Connection, input: RefusedRowsInput): Promise<RefusedRows>;
  /** The rows of a mirror whose value differs from their source's. Rows without a value are not included. */
  differing(
    connection: Connection,
    table: TableFacts,
    mirror: MirrorColumn,
    options: { readonly limit: number; readonly timeoutMs: number },
  ): Promise<Compared>;
  /** The statement that resets rows to the trigger's value, for people. @param labels of these rows only */
  follow(table: TableFacts, mirror: MirrorColumn, labels: readonly string[] | undefined): string;
  /** @returns `isWhole`: the table has no further rows */
  evaluated(
    connection: Connection,
    table: TableFacts,
    fill: Fill,
    selection: Selection,
  ): Promise<{ readonly rows: readonly EvaluatedRow[]; readonly isWhole: boolean }>;
  /** The ORM type of a database type. Undefined: code may read it in any way. */
  scalarOf(type: string): ScalarType | undefined;
}
