import type { Connection } from "./connection.js";
import type { Blind } from "./load-signals.js";
import type { TableFacts } from "./table.js";

/** A statement that reads a table, with the server's counters. They only increase until the server resets them. */
export interface ReadStatement {
  /** A hash of its text: the same on every server and in every version. */
  readonly id: string;
  /** Names in double quotes, keywords in upper case, `?` for every value: it contains no row data. */
  readonly words: readonly string[];
  readonly calls: number;
  readonly totalMs: number;
  readonly rows: number;
  /** When the server began to count it, as far as it records this. */
  readonly firstAt?: string | undefined;
  /** The nodes of its query plan, without costs: `Index Scan User User_pkey`, deeper nodes indented. Only for the most expensive ones. */
  readonly shape?: readonly string[] | undefined;
}

/** A server's counters at one moment. Moments are the server's, ISO 8601. */
export interface StatementStatistics {
  readonly at: string;
  /** When counting began. Absent if the server does not report it. */
  readonly since?: string | undefined;
  /** How often it has dropped statements, or not counted them, because there were too many. */
  readonly lost: number;
  /** The most expensive ones first. */
  readonly statements: readonly ReadStatement[];
  /** The statements that the server never counts, as a sentence. */
  readonly uncounted?: string | undefined;
  /** Why query plans are missing. Absent: they are included. */
  readonly unplanned?: string | undefined;
}

/** A running statement, by the id of its counters, and its duration so far. */
export interface RunningStatement {
  readonly id: string;
  /** Distinguishes this run of the statement from others. */
  readonly run: string;
  readonly ms: number;
}

/** Statements that read or change some tables: counted ones, and those running for a second or more. Without query plans. */
export interface TableStatements extends Omit<StatementStatistics, "unplanned"> {
  readonly running: readonly RunningStatement[];
}

/** The server's own statement statistics, without Lockstep's statements. */
export interface Statements {
  /**
   * Statements that only read, and read a table.
   * @param explained ids of statements whose plan is requested besides that of the most expensive ones
   */
  read(
    connection: Connection,
    table: Pick<TableFacts, "schema" | "name">,
    explained: readonly string[],
  ): Promise<StatementStatistics | Blind>;
  /** Statements that read or change one of the tables. */
  touching(
    connection: Connection,
    tables: readonly Pick<TableFacts, "schema" | "name">[],
  ): Promise<TableStatements | Blind>;
}
