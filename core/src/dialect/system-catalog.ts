import type { TableName } from "../model/names.js";
import type { PlannedColumn, UnitSpec } from "../model/plan.js";
import type { Connection, Limits } from "./connection.js";
import type { LedgerTable } from "./ledger-store.js";
import type { TableFacts } from "./table.js";

/** What a database does not have of a planned column, or has otherwise. */
export interface Lack {
  readonly lacks: "column" | "type" | "trigger" | "index" | "foreign-key";
  readonly statement: string;
}

/** What a way back takes from a table: a column, the NOT NULL of one, or an index and the constraint of its name. */
export interface Taken {
  readonly kind: "column" | "not-null" | "index";
  readonly table: TableName;
  readonly name: string;
}

/** An object that hangs on what is taken, whoever made it. */
export interface Dependent {
  /** For people: `unique index "User_a_b_key" on "User"`. */
  readonly what: string;
  /** Its name, or that of the column that it is. */
  readonly name: string;
  readonly schema?: string;
  /** Of an index or a constraint: the columns of its table. */
  readonly columns: readonly string[];
  /** The server takes it along · refuses · keeps it, and writes fail from then on · its text names the column, or another of that name. */
  readonly effect: "goes" | "refuses" | "breaks" | "names";
  /** What removes it, for people to run; absent: nothing alone. */
  readonly remove?: string;
}

/** What the catalogue of a target says, in the words of a dialect. Asked inside of a transaction that reads; errors are the server's. */
export interface SystemCatalog {
  /** @returns undefined when there is no table of that name; without a schema the session decides, as for the ORM */
  table(connection: Connection, table: TableName): Promise<TableFacts | undefined>;
  /** Whether it is still the table that the ledger speaks of: evidence about a table that was made anew died with it. */
  isThere(connection: Connection, table: LedgerTable): Promise<boolean>;
  /**
   * The table as the ledger knows it; undefined when there is none of that name. Waits for no lock on it, unlike `table`: whoever holds
   * the table must not keep a backfill from being paused.
   */
  identity(connection: Connection, table: TableName): Promise<LedgerTable | undefined>;
  /** Whether a table has a row at all. An error where policies hide some: an empty answer would prove nothing. In a transaction of its own. */
  hasRows(connection: Connection, table: TableName, limits: Limits): Promise<boolean>;
  /** What is wrong with the trigger that fills a column, or with its absence; undefined: it is there, and fires for every row. */
  fillTriggerFlaw(connection: Connection, table: TableFacts, column: string): Promise<string | undefined>;
  /** A type of a plan as the catalogue prints it on this connection. */
  printedType(connection: Connection, type: string): Promise<string>;
  /**
   * What the database lacks of a column whose migrations count as applied there. A column that is required has its contract behind it:
   * the trigger is rightly gone. One that stays optional has none.
   */
  lacks(connection: Connection, column: PlannedColumn): Promise<readonly Lack[]>;
  /** Every object that hangs on what a way back takes, those of its plan included. Empty where that is not there. */
  dependents(connection: Connection, taken: Taken): Promise<readonly Dependent[]>;
  /** What has to run outside of a migration so that an index over partitions can become valid. */
  partitionStatements(
    connection: Connection,
    spec: Extract<UnitSpec, { kind: "assert-index" }>,
  ): Promise<readonly string[]>;
}
