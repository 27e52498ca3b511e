import type { Held, TableLock, TableName } from "../model/index.js";
import type { Connection } from "./connection.js";
import type { StatementStats, Stats } from "./stats/stats-file.js";

/** Which rows a stage is to have. */
export interface RowsRequest {
  /** Tables that need rows; those that their foreign keys lead to get some, too. */
  readonly wanted: readonly TableName[];
  readonly stats: Pick<Stats, "tables"> | undefined;
  /** Of production's rows. */
  readonly scale: number;
  /** Rows of a table that the statistics do not know. */
  readonly defaultRows: number;
  /** `User.email`: an expression over the number `n` of a row, that the user has given. */
  readonly values: Readonly<Record<string, string>>;
  /** Sessions that insert side by side. */
  readonly sessions: number;
  onProgress(progress: { readonly table: string; readonly rows: number; readonly total: number }): void;
}

export interface StageTable extends Required<TableName> {
  readonly rows: number;
  /** Each row is told from the others by columns that are never NULL: tools that write a table anew beside its use need that. */
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
  /** How often it comes, against the others. */
  readonly weight: number;
  /** Values for its parameters, one list a call; one that adds rows is not sent any more when they are used up. */
  readonly parameters: readonly (readonly (string | null)[])[];
  readonly addsRows: boolean;
}

export interface ShapedTraffic {
  readonly statements: readonly TrafficStatement[];
  readonly leftOut: readonly { readonly reason: string; readonly statements: number }[];
}

/** What a session did, as the server told it. */
export interface SeenWork {
  readonly locks: readonly TableLock[];
  readonly held: Held;
}

/** Sessions of the application that wait for a lock, at one moment. */
export interface SeenWait {
  readonly pid: number;
  readonly table: TableName;
  readonly wanted: string;
  /** What the session that is watched has, or waits for, on that table. */
  readonly held: string;
  /** So far. */
  readonly ms: number;
}

/** What one look at the server brought. */
export interface Glance {
  readonly locks: readonly TableLock[];
  readonly waits: readonly SeenWait[];
}

export interface Sizes {
  /** Of the tables and their indexes. */
  readonly bytes: number;
  /** Absent: the server does not count them. */
  readonly deadRows?: number;
  /** Written by the server since it began, by everybody. */
  readonly walBytes: number;
}

/** A statement's plan: with parameters that nobody knows, or where the server plans none of these with the first values. */
export interface ExplainedStatement {
  readonly statement: string;
  /** A line a node: `Index Scan using "User_pkey" on "User"`. */
  readonly nodes: readonly string[];
  readonly cost: number;
}

/** A statement of a dump, and the line on which it begins. */
export interface DumpStatement {
  readonly line: number;
  readonly text: string;
}

/** What a rehearsal asks a database of a stage. */
export interface Rehearsing {
  /**
   * Runs a dump in plain text, with rows or without, on an empty database. Owners, rights, roles and what else the database is the same
   * without are left out where the role of the session may not make them; commands of psql and mysql are never run.
   *
   * @param file its path
   * @param before is given the text up to the first rows, before any of it runs
   * @returns what was left out because its role may not run it
   * @throws LS8020 a statement needs power over the server, or a command of psql would run a program or read a file · what reading
   *   the file, or the server, says against it
   */
  restore(
    connection: Connection,
    file: string,
    before?: (text: string) => Promise<void>,
  ): Promise<readonly DumpStatement[]>;
  /**
   * Fills tables with rows as the statistics say, and those that their foreign keys lead to.
   *
   * @param connect further sessions on the same database
   * @throws LS6502 a value that cannot be made, or that a check refuses
   */
  makeRows(
    connection: Connection,
    connect: () => Promise<Connection>,
    request: RowsRequest,
  ): Promise<readonly MadeTable[]>;
  /** Tables that are there, with the rows that they have as far as an estimate goes. */
  tables(connection: Connection): Promise<readonly StageTable[]>;
  /** Which of these tables a statement names; empty where it cannot be read. */
  tablesOf(statement: string, tables: readonly TableName[]): Promise<readonly TableName[]>;
  /** What an application does with these tables, where nobody knows what it does: reads by key, changes and adds a row. */
  probes(connection: Connection, tables: readonly TableName[]): Promise<readonly StatementStats[]>;
  /**
   * Statements that add rows to a table, as a build would send them that gives columns a value, too; the others as they are.
   * One that cannot be told so is left out.
   */
  ofNewBuild(
    statements: readonly StatementStats[],
    table: TableName,
    columns: readonly string[],
  ): Promise<readonly StatementStats[]>;
  /**
   * Finds values for the parameters of statements in the rows that are there. Those that cannot run are left out.
   *
   * @param round of the same rows: new rows get other values in each
   */
  shapeTraffic(connection: Connection, statements: readonly StatementStats[], round: number): Promise<ShapedTraffic>;
  /**
   * Lets the database say what its sessions lock from now on.
   *
   * @param connection of whoever administers the server
   * @returns whether it can; otherwise `glance` is all there is
   */
  prepareWatch(connection: Connection): Promise<boolean>;
  /**
   * Locks, sizes and definitions are told to whoever administers the server. False: the role that owns the database sees its own, and
   * looks itself, because objects of the database could stand in for those of the server.
   */
  readonly isSeenByAdmin: boolean;
  /** What was done since it was asked for the last time. */
  takeSeen(connection: Connection): Promise<SeenWork>;
  /** What a session has locked of the tables that were there before, and which sessions of the application, all but Lockstep's own, wait for it. */
  glance(connection: Connection, pid: number): Promise<Glance>;
  sizes(connection: Connection, tables: readonly TableName[]): Promise<Sizes>;
  /** Statements that cannot be explained are left out. */
  explain(connection: Connection, statements: readonly TrafficStatement[]): Promise<readonly ExplainedStatement[]>;
  /** Counts rows and values anew. */
  analyse(connection: Connection): Promise<void>;
  /** Takes all rows out of tables, and out of those that lead to them where the server wants that. */
  empty(connection: Connection, tables: readonly TableName[]): Promise<void>;
}
