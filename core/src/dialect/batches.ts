import type { ComputedFill } from "../model/fill.js";
import type { TableName } from "../model/names.js";
import type { BackfillSpec, KeyColumn } from "../model/plan.js";
import type { Connection } from "./connection.js";
import type { SinglePassBounds } from "./ledger-store.js";
import type { TableFacts } from "./table.js";

/**
 * The key of one row, as text, one item per column. The database orders and compares keys itself, with its own big integers and collations;
 * JavaScript only passes them on.
 */
export type KeyValues = readonly string[];

/** What a backfill fills, as it is on the target. */
export interface FillTarget {
  /** With its schema. */
  readonly table: TableName;
  /** With the types of the target. */
  readonly key: readonly KeyColumn[];
  /** The order of a pass, if that is not the key: see `Batches.placesOf`. */
  readonly order?: readonly KeyColumn[];
  /** False: inheriting tables may repeat a key, so a batch may contain more rows than were counted. */
  readonly isKeyUnique: boolean;
  readonly columns: BackfillSpec["columns"];
  readonly uniqueKeys: BackfillSpec["uniqueKeys"];
  /** Columns that any UPDATE of a row changes automatically, if the server has such: the backfill keeps their values. */
  readonly kept: readonly string[];
  /** The types of all columns of the table. */
  readonly types: Readonly<Record<string, string>>;
}

/** Columns of a table, and the order of its rows. */
export type FilledColumns = Pick<FillTarget, "table" | "key" | "columns">;

/** The remaining part of the table in a pass: after a key (null: from the start), to a key (absent: to the end). */
export interface Ahead {
  readonly after: KeyValues | null;
  readonly upTo?: KeyValues;
}

/** The rows of an UPDATE. */
export type Scope =
  | { readonly kind: "range"; readonly after: KeyValues | null; readonly upTo: KeyValues }
  | { readonly kind: "keys"; readonly keys: readonly KeyValues[] };

export interface BatchTimeouts {
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

/** The order of rows on disk. A rewritten row may move. */
export interface Places {
  readonly order: readonly KeyColumn[];
  /** The current last place. */
  readonly upTo: KeyValues;
  /** The key order is scattered: a batch in this order touches as many pages as it has rows. */
  readonly isBetter: boolean;
}

/** The number of rows that an UPDATE wrote, and of those that still lack a value. */
export interface Filled {
  readonly filled: number;
  readonly empty: number;
}

/** A column that a function fills. */
export interface ComputedColumn {
  readonly name: string;
  readonly type: string;
  readonly compute: ComputedFill;
}

/** A row that lacks the value of such a column. */
export interface UnfilledRow {
  readonly key: KeyValues;
  /** The columns that the function reads, as text: an equality may ignore a difference that a function does not (1.0 and 1.00). */
  readonly seen: readonly (string | null)[];
  /** The same as the function's input, by their names. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** Values of one column for some rows, with their inputs. */
export interface ComputedValues {
  readonly column: ComputedColumn;
  readonly rows: readonly (Pick<UnfilledRow, "key" | "seen"> & { readonly value: string })[];
}

/** Something that receives the writes of a table. */
export interface Reader {
  readonly kind: "publication" | "slot" | "binary log";
  readonly name: string;
}

/** The disk size of a table in bytes, and how its rows were written since the server counts. Absent values are not counted. */
export interface TableStorage {
  readonly tableBytes: number;
  readonly indexBytes: number;
  /** Free space on its pages for new versions of their rows, in percent; 0: pages are full. */
  readonly roomPercent: number;
  /** New versions of rows, and those of them that stayed on their page and touched no index (HOT). */
  readonly updates?: number;
  readonly hotUpdates?: number;
  readonly deadRows?: number;
}

/** When a server writes a whole page to its log: at its first change after a checkpoint. */
export interface PageLogging {
  /** A checkpoint follows after so long, or after so much log, whichever is first. */
  readonly checkpointMs: number;
  readonly checkpointBytes: number;
  /** The server's estimate of its cache. */
  readonly cacheBytes: number;
}

/** A session that runs a backfill. */
export interface RunnerSession {
  readonly pid: number;
  readonly application: string;
  readonly user: string;
  /** ISO 8601. */
  readonly since: string;
}

/** What a backfill needs from a database, per dialect. */
export interface Batches {
  /**
   * Configures a session so that keys identify the same rows when they are sent back, if transactions alone do not ensure it. Absent:
   * nothing to configure.
   * @throws LS5013 the fills would have other values then
   */
  keepKeys?(connection: Connection, target: FillTarget): Promise<void>;
  /** A transaction of one batch: short, with short lock timeouts. It applies the settings under which keys and inputs are read exactly. */
  inBatch<T>(
    connection: Connection,
    options: BatchTimeouts & { readonly isReadOnly?: boolean },
    run: () => Promise<T>,
  ): Promise<T>;

  // Inside such a transaction.
  /** The end of a batch of so many rows. Undefined: fewer are left. */
  endOf(connection: Connection, target: FillTarget, rows: number, ahead: Ahead): Promise<KeyValues | undefined>;
  /** The last key of the remaining part (undefined: it is empty), and its number of rows. */
  rest(
    connection: Connection,
    target: FillTarget,
    ahead: Ahead,
  ): Promise<{ readonly upTo: KeyValues | undefined; readonly rows: number }>;
  /**
   * Fills rows of a scope by the SQL of their fills. Never changes an existing value, also if another session wrote it first.
   * @param rows in the scope, as counted: if all of them lacked all columns, the rest is not queried. Undefined: it is, because more rows
   *   may have been inserted since, and no pass returns to them
   * @param skipLocked leave rows that others have locked to the sweep
   */
  fill(
    connection: Connection,
    target: FillTarget,
    scope: Scope,
    options: { readonly rows?: number; readonly skipLocked: boolean },
  ): Promise<Filled>;
  unfilled(
    connection: Connection,
    target: FillTarget,
    table: TableFacts,
    scope: Scope,
    column: ComputedColumn,
  ): Promise<readonly UnfilledRow[]>;
  /** Writes computed values: a row only while its inputs are unchanged and it has no value. */
  store(connection: Connection, target: FillTarget, values: ComputedValues, skipLocked: boolean): Promise<Filled>;

  /** Bytes that the server has written to its change log since it started. Undefined if the account lacks the privilege. */
  logBytes(connection: Connection): Promise<number | undefined>;
  /** Absent: the log has no whole pages. */
  pageLogging?(connection: Connection): Promise<PageLogging>;
  /** Where else each filled row is written to: publications and slots of PostgreSQL, the binary log of MySQL. */
  readers(connection: Connection, target: FillTarget): Promise<readonly Reader[]>;

  /**
   * Mean size in bytes of a row's values in the target's columns. Absent: rows do not move when they become wider.
   * @param scope rows that this transaction has filled
   */
  valueBytes?(connection: Connection, target: FillTarget, scope: Scope): Promise<number>;
  /** Up to date: includes what this session has written. */
  storage(connection: Connection, table: TableFacts): Promise<TableStorage>;

  // In transactions of their own.
  /** The disk order of a table's rows, for a pass. Absent or undefined: it has none, or it is that of the key. */
  placesOf?(connection: Connection, table: TableFacts, key: readonly KeyColumn[]): Promise<Places | undefined>;
  /** The key of the row in a place. Undefined: it has moved, or no longer exists. */
  keyAt?(connection: Connection, target: FillTarget, place: KeyValues): Promise<KeyValues | undefined>;
  /** Keys of rows that lack a value, anywhere in the table. Reads the whole table if there are none. */
  rowsLeft(connection: Connection, target: FillTarget, limit: number, timeoutMs: number): Promise<readonly KeyValues[]>;
  /**
   * The given rows that lack a value.
   * @param isFree only those without a lock: no further try will fill them
   */
  stillEmpty(
    connection: Connection,
    target: FillTarget,
    keys: readonly KeyValues[],
    options: { readonly limit: number; readonly isFree: boolean },
  ): Promise<readonly KeyValues[]>;
  /** Other rows that have the value which a row would get in one of the unique indexes. */
  sameValues(connection: Connection, target: FillTarget, key: KeyValues): Promise<readonly KeyValues[]>;

  // For a single pass.
  /** Its end, and what identifies rows that were written since. */
  bounds(connection: Connection, target: FillTarget): Promise<SinglePassBounds>;
  /** Whether any row has a value in any of the columns. */
  hasValues(connection: Connection, target: FillTarget, timeoutMs: number): Promise<boolean>;
  /** For each column: how many of the first rows its fill gives a value, and how many of these have one. */
  firstValues(
    connection: Connection,
    target: FilledColumns,
    rows: number,
    timeoutMs: number,
  ): Promise<readonly { readonly rows: number; readonly filled: number }[]>;
  /**
   * Keys of rows up to the end of the pass that lack a value and were written since it began.
   * @param isEvaluated only rows for which the fill has a value
   */
  changedSince(
    connection: Connection,
    target: FillTarget,
    bounds: SinglePassBounds,
    options: { readonly isEvaluated: boolean; readonly limit: number; readonly timeoutMs: number },
  ): Promise<readonly KeyValues[]>;
  /** The number of rows beyond a key that lack a value, counted up to the limit. */
  countBeyond(
    connection: Connection,
    target: FillTarget,
    key: KeyValues,
    options: { readonly limit: number; readonly timeoutMs: number },
  ): Promise<number>;

  // Of sessions and servers.
  /** Takes the lock that only one session can hold and that ends with it. @returns false if another session holds it */
  tryLock(connection: Connection, name: string): Promise<boolean>;
  /** The session that holds it. */
  lockedBy(connection: Connection, name: string): Promise<RunnerSession | undefined>;
  /** Ends a broken session of ours: the server may not have noticed, and keep its locks. */
  endSession(connection: Connection, previous: Connection): Promise<void>;
  /** The command that ends another session, for people. */
  endingSession(pid: number): string;
  /** Sessions that may have locked rows of the table, as messages; empty: none is visible. */
  holders(connection: Connection, table: TableFacts): Promise<readonly string[]>;
  /**
   * Identifies the server that writes: another server, or the same after a restore or a failover, has another name. Undefined if it does
   * not report one.
   */
  serverName(connection: Connection): Promise<string | undefined>;
}
