import type { Connection } from "./connection.js";
import type { Blind } from "./load-signals.js";
import type { TableFacts } from "./table.js";

/** A statement that reads a table, as the server counts it. Counts go up until the server forgets them. */
export interface ReadStatement {
  /** Of its words: the same on every server and in every version. */
  readonly id: string;
  /** Names in double quotes, keywords in upper case, `?` for every value: nothing of a row is in it. */
  readonly words: readonly string[];
  readonly calls: number;
  readonly totalMs: number;
  readonly rows: number;
  /** When the server began to count it, as far as it knows. */
  readonly firstAt?: string | undefined;
  /** What its query plan is made of, without costs: `Index Scan User User_pkey`, deeper nodes indented. Of the most expensive ones. */
  readonly shape?: readonly string[] | undefined;
}

/** What a server has counted at one moment. Moments are the server's, ISO 8601. */
export interface StatementStatistics {
  readonly at: string;
  /** When it began to count; absent where it does not tell. */
  readonly since?: string | undefined;
  /** How often it has forgotten, or not counted, statements because there were too many. */
  readonly lost: number;
  /** The most expensive ones first. */
  readonly statements: readonly ReadStatement[];
  /** Which statements the server never counts, as a sentence says it. */
  readonly uncounted?: string | undefined;
  /** Why query plans are not among it; absent: they are. */
  readonly unplanned?: string | undefined;
}

/** A statement that has not ended, by the id of those that are counted, and for how long it has run. */
export interface RunningStatement {
  readonly id: string;
  /** What tells this run of the statement from others. */
  readonly run: string;
  readonly ms: number;
}

/** What reads or changes some tables: counted, and at it for a second or more. Statements have no plans. */
export interface TableStatements extends Omit<StatementStatistics, "unplanned"> {
  readonly running: readonly RunningStatement[];
}

/** What the server's own statistics say of statements. What Lockstep itself runs is left out. */
export interface Statements {
  /**
   * Those that read a table, and nothing else.
   * @param explained statements, by id, whose plan is asked for besides that of the most expensive ones
   */
  read(
    connection: Connection,
    table: Pick<TableFacts, "schema" | "name">,
    explained: readonly string[],
  ): Promise<StatementStatistics | Blind>;
  /** Those that read or change one of the tables. */
  touching(
    connection: Connection,
    tables: readonly Pick<TableFacts, "schema" | "name">[],
  ): Promise<TableStatements | Blind>;
}
