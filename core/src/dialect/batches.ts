import type { ComputedFill } from "../model/fill.js";
import type { TableName } from "../model/names.js";
import type { BackfillSpec, KeyColumn } from "../model/plan.js";
import type { Connection } from "./connection.js";
import type { SinglePassBounds } from "./ledger-store.js";
import type { TableFacts } from "./table.js";

/**
 * The key of one row, as text, one item a column. The database orders and compares keys itself, so big integers and
 * collations are its own; JavaScript only carries them.
 */
export type KeyValues = readonly string[];

/** What a backfill fills, as the target has it. */
export interface FillTarget {
  /** With its schema. */
  readonly table: TableName;
  /** With the types of the target. */
  readonly key: readonly KeyColumn[];
  /** What a pass goes by, where that is not the key: see `Batches.placesOf`. */
  readonly order?: readonly KeyColumn[];
  /** False: tables that inherit may repeat a key, so a batch may be of more rows than were counted. */
  readonly isKeyUnique: boolean;
  readonly columns: BackfillSpec["columns"];
  readonly uniqueKeys: BackfillSpec["uniqueKeys"];
  /** Columns that any UPDATE of a row changes by itself, where the server has such: they are to stay as they are. */
  readonly kept: readonly string[];
  /** The types of all columns of the table. */
  readonly types: Readonly<Record<string, string>>;
}

/** Columns of a table, and the order of its rows. */
export type FilledColumns = Pick<FillTarget, "table" | "key" | "columns">;

/** The part of the table that a pass has to go through yet: after a key (null: from the start), to a key (absent: to the end). */
export interface Ahead {
  readonly after: KeyValues | null;
  readonly upTo?: KeyValues;
}

/** Which rows an UPDATE is for. */
export type Scope =
  | { readonly kind: "range"; readonly after: KeyValues | null; readonly upTo: KeyValues }
  | { readonly kind: "keys"; readonly keys: readonly KeyValues[] };

export interface BatchTimeouts {
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

/** The order in which rows lie on disk. A row that is written anew may lie elsewhere then. */
export interface Places {
  readonly order: readonly KeyColumn[];
  /** The last place there is now. */
  readonly upTo: KeyValues;
  /** The key jumps about: a batch in its order touches as many pages as it has rows. */
  readonly isBetter: boolean;
}

/** Rows that an UPDATE has written, and those of them that lack a value all the same. */
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
  /** The columns that the function reads, as text: an equality may overlook what a function does not (1.0 and 1.00). */
  readonly seen: readonly (string | null)[];
  /** The same as the function is given them, by their names. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** Values of one column for some rows, with what they were computed from. */
export interface ComputedValues {
  readonly column: ComputedColumn;
  readonly rows: readonly (Pick<UnfilledRow, "key" | "seen"> & { readonly value: string })[];
}

/** Something that takes in what is written to a table. */
export interface Reader {
  readonly kind: "publication" | "slot" | "binary log";
  readonly name: string;
}

/** What a table takes on disk, in bytes, and how its rows were written since the server counts; what a system does not count is absent. */
export interface TableStorage {
  readonly tableBytes: number;
  readonly indexBytes: number;
  /** Room that was left on its pages for new versions of their rows, in percent; 0: pages are full. */
  readonly roomPercent: number;
  /** New versions of rows, and those of them that stayed on their page and touched no index (HOT). */
  readonly updates?: number;
  readonly hotUpdates?: number;
  readonly deadRows?: number;
}

/** When a server writes a page to its log as a whole: at its first change after a checkpoint. */
export interface PageLogging {
  /** A checkpoint comes after so long, or after so much log, whichever is first. */
  readonly checkpointMs: number;
  readonly checkpointBytes: number;
  /** What the server takes to stay in memory. */
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

/** What a backfill asks a database, in the words of its dialect. */
export interface Batches {
  /**
   * Sets a session up so that keys mean the same rows when they come back, where transactions alone do not. Absent: nothing to set.
   * @throws LS5013 the fills would have other values then
   */
  keepKeys?(connection: Connection, target: FillTarget): Promise<void>;
  /** A transaction of one batch: short, and quick to give way. Settings under which keys and inputs are read exactly are its affair. */
  inBatch<T>(
    connection: Connection,
    options: BatchTimeouts & { readonly isReadOnly?: boolean },
    run: () => Promise<T>,
  ): Promise<T>;

  // Inside of such a transaction.
  /** Where a batch of so many rows ends; undefined: fewer are left. */
  endOf(connection: Connection, target: FillTarget, rows: number, ahead: Ahead): Promise<KeyValues | undefined>;
  /** The last key of what lies ahead (undefined: nothing does), and how many rows that is. */
  rest(
    connection: Connection,
    target: FillTarget,
    ahead: Ahead,
  ): Promise<{ readonly upTo: KeyValues | undefined; readonly rows: number }>;
  /**
   * Fills rows of a scope by the SQL of their fills. A value that is there is never touched, also where a writer came first.
   * @param rows in the scope, as they were counted: where all of them lacked all columns the rest is not asked. Undefined: it is, because
   *   more rows may have come in since, and nothing comes back to them
   * @param skipLocked leave rows that others hold locked to the sweep
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
  /** Writes computed values: a row only while it still has what its value was computed from, and no value. */
  store(connection: Connection, target: FillTarget, values: ComputedValues, skipLocked: boolean): Promise<Filled>;

  /** Bytes that the server has written to its log of changes since it began; undefined where the account may not ask. */
  logBytes(connection: Connection): Promise<number | undefined>;
  /** Absent: the log has no whole pages. */
  pageLogging?(connection: Connection): Promise<PageLogging>;
  /** What else each filled row is written to: publications and slots of PostgreSQL, the binary log of MySQL. */
  readers(connection: Connection, target: FillTarget): Promise<readonly Reader[]>;

  /**
   * Mean bytes that a row's values in the columns of the target take. Absent: rows do not move when they become wider.
   * @param scope rows that this transaction has filled
   */
  valueBytes?(connection: Connection, target: FillTarget, scope: Scope): Promise<number>;
  /** Settled: what this session has written is counted. */
  storage(connection: Connection, table: TableFacts): Promise<TableStorage>;

  // In transactions of their own.
  /** Where the rows of a table lie, as an order to go by; absent or undefined: it has none, or it is that of the key. */
  placesOf?(connection: Connection, table: TableFacts, key: readonly KeyColumn[]): Promise<Places | undefined>;
  /** The key of the row in a place; undefined: it lies elsewhere by now, or is gone. */
  keyAt?(connection: Connection, target: FillTarget, place: KeyValues): Promise<KeyValues | undefined>;
  /** Keys of rows that lack a value, wherever they are. Reads the whole table when there are none. */
  rowsLeft(connection: Connection, target: FillTarget, limit: number, timeoutMs: number): Promise<readonly KeyValues[]>;
  /**
   * Of these rows, those that lack a value.
   * @param isFree only those that nobody has locked: no further try will fill them
   */
  stillEmpty(
    connection: Connection,
    target: FillTarget,
    keys: readonly KeyValues[],
    options: { readonly limit: number; readonly isFree: boolean },
  ): Promise<readonly KeyValues[]>;
  /** Other rows that have the value which a row would get in one of the unique indexes. */
  sameValues(connection: Connection, target: FillTarget, key: KeyValues): Promise<readonly KeyValues[]>;

  // Of a pass that is made once.
  /** Where it ends, and what tells rows that were written since. */
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
   * @param isEvaluated only rows that the fill gives a value
   */
  changedSince(
    connection: Connection,
    target: FillTarget,
    bounds: SinglePassBounds,
    options: { readonly isEvaluated: boolean; readonly limit: number; readonly timeoutMs: number },
  ): Promise<readonly KeyValues[]>;
  /** How many rows beyond a key lack a value; no more than the limit are counted. */
  countBeyond(
    connection: Connection,
    target: FillTarget,
    key: KeyValues,
    options: { readonly limit: number; readonly timeoutMs: number },
  ): Promise<number>;

  // Of sessions and servers.
  /** Takes the lock that only one session has and that ends with it. @returns false where another has it */
  tryLock(connection: Connection, name: string): Promise<boolean>;
  /** Who has it. */
  lockedBy(connection: Connection, name: string): Promise<RunnerSession | undefined>;
  /** Ends a session of ours that broke: the server may not have noticed, and keep its locks. */
  endSession(connection: Connection, previous: Connection): Promise<void>;
  /** What ends another session, for people to type. */
  endingSession(pid: number): string;
  /** Sessions that may hold rows of the table, in words; empty: nobody that can be seen. */
  holders(connection: Connection, table: TableFacts): Promise<readonly string[]>;
  /**
   * Names the server that writes: another one, or the same after a restore or a failover, has another name. Undefined where it does
   * not tell.
   */
  serverName(connection: Connection): Promise<string | undefined>;
}
