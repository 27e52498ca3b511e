import type { Held, TableLock, TableName } from "../model/index.js";
import type { Connection } from "./connection.js";
import type { StatementStats, Stats } from "./stats/stats-file.js";

/** The rows that a stage needs. */
export interface RowsRequest {
  /** Tables that need rows; the tables that their foreign keys reference get some, too. */
  readonly wanted: readonly TableName[];
  readonly stats: Pick<Stats, "tables"> | undefined;
  /** Of production's rows. */
  readonly scale: number;
  /** Rows of a table that the statistics lack. */
  readonly defaultRows: number;
  /** `User.email`: a user-defined expression over the number `n` of a row. */
  readonly values: Readonly<Record<string, string>>;
  /** Number of sessions that insert in parallel. */
  readonly sessions: number;
  onProgress(progress: { readonly table: string; readonly rows: number; readonly total: number }): void;
}

export interface StageTable extends Required<TableName> {
  readonly rows: number;
  /** Columns that are never NULL identify each row: tools that rewrite a table in use require that. */
  readonly hasKey: boolean;
}

export interface MadeTable {
  readonly table: TableName;
  readonly rows: number;
  readonly productionRows?: number;
  /** With its indexes. */
  readonly productionBytes?: number;
}

/** A statement of an application, ready to be sent. */
export interface TrafficStatement {
  readonly text: string;
  /** Its relative frequency. */
  readonly weight: number;
  /** Parameter values, one list per call; a statement that inserts rows is no longer sent when they are used up. */
  readonly parameters: readonly (readonly (string | null)[])[];
  readonly addsRows: boolean;
}

export interface ShapedTraffic {
  readonly statements: readonly TrafficStatement[];
  readonly leftOut: readonly { readonly reason: string; readonly statements: number }[];
}

/** The activity of a session, as reported by the server. */
export interface SeenWork {
  readonly locks: readonly TableLock[];
  readonly held: Held;
}

/** Sessions of the application that wait for a lock at one moment. */
export interface SeenWait {
  readonly pid: number;
  readonly table: TableName;
  readonly wanted: string;
  /** The lock that the watched session holds or requests on that table. */
  readonly held: string;
  /** So far. */
  readonly ms: number;
}

/** The result of one probe of the server. */
export interface Glance {
  readonly locks: readonly TableLock[];
  readonly waits: readonly SeenWait[];
}

export interface Sizes {
  /** Of the tables and their indexes. */
  readonly bytes: number;
  /** Absent: the server does not count them. */
  readonly deadRows?: number;
  /** Bytes that the server has written since it started, for all sessions. */
  readonly walBytes: number;
}

/** A statement's query plan: generic, with unknown parameters; if the server has no generic plans, with the first values. */
export interface ExplainedStatement {
  readonly statement: string;
  /** One line per node: `Index Scan using "User_pkey" on "User"`. */
  readonly nodes: readonly string[];
  readonly cost: number;
}

/** A statement of a dump, and its first line number. */
export interface DumpStatement {
  readonly line: number;
  readonly text: string;
}

/** What a rehearsal needs from a database on its server. */
export interface Rehearsing {
  /**
   * Runs a plain-text dump, with rows or without, on an empty database. If the role of the session lacks the privilege, statements that do
   * not change the result (owners, privileges, roles and similar) are skipped. Commands of psql and mysql are never run.
   *
   * @param file its path
   * @param before receives the text up to the first rows, before any of it runs
   * @returns what was skipped because its role may not run it
   * @throws LS8020 a statement needs administrator rights on the server, or a command of psql would run a program or read a file · an error
   *   of reading the file, or of the server
   */
  restore(
    connection: Connection,
    file: string,
    before?: (text: string) => Promise<void>,
  ): Promise<readonly DumpStatement[]>;
  /**
   * Fills tables with rows that match the statistics, and the tables that their foreign keys reference.
   *
   * @param connect further sessions on the same database
   * @throws LS6502 a value that cannot be generated, or that a check rejects
   */
  makeRows(
    connection: Connection,
    connect: () => Promise<Connection>,
    request: RowsRequest,
  ): Promise<readonly MadeTable[]>;
  /** Existing tables, with the estimated number of their rows. */
  tables(connection: Connection): Promise<readonly StageTable[]>;
  /** The ones of these tables that a statement names; empty if it cannot be parsed. */
  tablesOf(statement: string, tables: readonly TableName[]): Promise<readonly TableName[]>;
  /** Typical statements for these tables, if the application's are unknown: reads by key, changes and inserts a row. */
  probes(connection: Connection, tables: readonly TableName[]): Promise<readonly StatementStats[]>;
  /**
   * Statements that insert rows into a table, as a new build sends them that also sets the columns; the others unchanged. Statements that
   * cannot be converted are skipped.
   */
  ofNewBuild(
    statements: readonly StatementStats[],
    table: TableName,
    columns: readonly string[],
  ): Promise<readonly StatementStats[]>;
  /**
   * Finds parameter values for statements in the existing rows. Statements that cannot run are skipped.
   *
   * @param round of the same rows: new rows get other values in each
   */
  shapeTraffic(connection: Connection, statements: readonly StatementStats[], round: number): Promise<ShapedTraffic>;
  /**
   * Makes the database record the locks of its sessions from now on.
   *
   * @param connection of the server's administrator
   * @returns whether it can; otherwise only `glance` is available
   */
  prepareWatch(connection: Connection): Promise<boolean>;
  /**
   * Only the server's administrator sees locks, sizes and definitions. False: the role that owns the database sees its own, and probes
   * itself, because objects of the database could replace those of the server.
   */
  readonly isSeenByAdmin: boolean;
  /** The activity since the last call. */
  takeSeen(connection: Connection): Promise<SeenWork>;
  /** A session's locks on the tables that existed before, and the application's sessions (all but Lockstep's own) that wait for it. */
  glance(connection: Connection, pid: number): Promise<Glance>;
  sizes(connection: Connection, tables: readonly TableName[]): Promise<Sizes>;
  /** Statements that cannot be explained are skipped. */
  explain(connection: Connection, statements: readonly TrafficStatement[]): Promise<readonly ExplainedStatement[]>;
  /** Updates the statistics of rows and values. */
  analyse(connection: Connection): Promise<void>;
  /** Deletes all rows of tables, and of those that reference them if the server requires that. */
  empty(connection: Connection, tables: readonly TableName[]): Promise<void>;
}
