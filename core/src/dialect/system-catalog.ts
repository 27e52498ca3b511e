import type { TableName } from "../model/names.js";
import type { PlannedColumn, UnitSpec } from "../model/plan.js";
import type { Connection, Limits } from "./connection.js";
import type { LedgerTable } from "./ledger-store.js";
import type { TableFacts } from "./table.js";

/** A property of a planned column that the database lacks or has with another value. */
export interface Lack {
  readonly lacks: "column" | "type" | "trigger" | "index" | "foreign-key";
  readonly statement: string;
}

/** What a rollback removes from a table: a column, its NOT NULL, or an index and the constraint of its name. */
export interface Taken {
  readonly kind: "column" | "not-null" | "index";
  readonly table: TableName;
  readonly name: string;
}

/** An object that depends on what is removed, whoever created it. */
export interface Dependent {
  /** Display text: `unique index "User_a_b_key" on "User"`. */
  readonly what: string;
  /** Its name, or that of the column that it is. */
  readonly name: string;
  readonly schema?: string;
  /** Of an index or a constraint: the columns of its table. */
  readonly columns: readonly string[];
  /**
   * The server drops it too · rejects the removal · keeps it, but later writes fail · its text names the column, or another of that name.
   */
  readonly effect: "goes" | "refuses" | "breaks" | "names";
  /** The command that removes it. Absent: it cannot be removed alone. */
  readonly remove?: string;
}

/** Reads the catalog of a target, per dialect. Runs inside a read transaction; errors are the server's. */
export interface SystemCatalog {
  /** @returns undefined if there is no table of that name; without a schema the session resolves it, as for the ORM */
  table(connection: Connection, table: TableName): Promise<TableFacts | undefined>;
  /** Whether it is still the table in the ledger. Evidence about a table that was recreated is void. */
  isThere(connection: Connection, table: LedgerTable): Promise<boolean>;
  /**
   * The table as identified in the ledger. Undefined: no table of that name. Does not wait for locks on it, unlike `table`: a session that
   * locks the table must not prevent pausing a backfill.
   */
  identity(connection: Connection, table: TableName): Promise<LedgerTable | undefined>;
  /** Whether a table has any row. Fails if policies hide rows: an empty result would prove nothing. Runs in its own transaction. */
  hasRows(connection: Connection, table: TableName, limits: Limits): Promise<boolean>;
  /** What is wrong with the trigger that fills a column, or that it is missing. Undefined: it exists and fires for every row. */
  fillTriggerFlaw(connection: Connection, table: TableFacts, column: string): Promise<string | undefined>;
  /** A type of a plan as the catalog prints it on this connection. */
  printedType(connection: Connection, type: string): Promise<string>;
  /**
   * What the database lacks of a column whose migrations are recorded as applied. A required column is past contract, so its trigger is
   * gone. A column that stays optional has none.
   */
  lacks(connection: Connection, column: PlannedColumn): Promise<readonly Lack[]>;
  /** Every object that depends on what a rollback removes, including those of its plan. Empty if it does not exist. */
  dependents(connection: Connection, taken: Taken): Promise<readonly Dependent[]>;
  /** The statements that must run outside a migration before an index over partitions can become valid. */
  partitionStatements(
    connection: Connection,
    spec: Extract<UnitSpec, { kind: "assert-index" }>,
  ): Promise<readonly string[]>;
}
