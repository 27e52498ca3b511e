import type { TableName } from "../model/names.js";
import type { PlannedColumn, UnitSpec } from "../model/plan.js";
import type { Connection, Limits } from "./connection.js";
import type { LedgerTable } from "./ledger-store.js";
import type { TableFacts } from "./table.js";
import type { WholeRowRoutine } from "./whole-rows.js";

/** How many objects `routines` returns, and how much of a text, in characters. */
export const mostRoutines = 1000;
export const longestBody = 200_000;

/** A property of a planned column that the database lacks or has with another value. */
export interface Lack {
  readonly lacks: "column" | "type" | "trigger" | "index" | "foreign-key";
  readonly statement: string;
}

/** What a migration removes: a table, or of a table a column, its NOT NULL, or an index and the constraint of its name. */
export interface Taken {
  readonly kind: "table" | "column" | "not-null" | "index";
  readonly table: TableName;
  /** Of the column or index; of a table, its own. */
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
  /** Found by its text. */
  readonly routine?: Routine;
}

/** A trigger that runs a routine, directly or through the routines that it calls. */
export interface RoutineTrigger {
  /** Display text: `trigger log_member on "Member"`. */
  readonly what: string;
  readonly name: string;
  readonly timing: "BEFORE" | "AFTER" | "INSTEAD OF";
  readonly events: readonly ("INSERT" | "UPDATE" | "DELETE" | "TRUNCATE")[];
  /** False: once per statement. */
  readonly isPerRow: boolean;
  /** It fires for updates of these columns only; empty: for all. */
  readonly columns: readonly string[];
  /** Its statement, as the server prints it. */
  readonly definition: string;
  /** The statement that drops it. */
  readonly remove: string;
}

/** An object with a text that the server runs later, and that uses a table: its dependencies are only in that text. */
export interface Routine {
  /** Display text: `function audit.log_member()`. */
  readonly what: string;
  readonly kind: "function" | "procedure" | "trigger" | "view" | "materialized view" | "event";
  readonly schema: string;
  readonly name: string;
  /** `plpgsql`, `sql`; `c`, `internal`: the body is the definition of the trigger, and the arguments in it are all there is to read. */
  readonly language: string;
  readonly body: string;
  /** Arguments with their types, as the server prints them: `m "Member", n integer`. Empty: none. */
  readonly arguments: string;
  /** `trigger`, `SETOF "Member"`. Empty: nothing. */
  readonly returns: string;
  /** The table of the question, spelled as there. */
  readonly table: TableName;
  /** Its triggers that run this object. Empty: the object only names the table. */
  readonly triggers: readonly RoutineTrigger[];
  /** Which argument or result has the row type of the table. Absent: none. */
  readonly row?: "argument" | "result" | "both";
  /** The statement that drops it. */
  readonly remove: string;
}

/** A routine as a dependent. If a trigger runs it, the trigger is what has to go. */
export function ofRoutine(routine: Routine, effect: Dependent["effect"]): Dependent {
  const { kind, what, schema, name, triggers } = routine;
  const by = kind === "trigger" || triggers.length === 0 ? "" : ` of ${triggers.map((each) => each.what).join(", ")}`;
  const remove = triggers.length === 0 ? routine.remove : triggers.map((each) => each.remove).join("; ");
  return { what: `${what}${by}`, name, schema, columns: [], effect, remove, routine };
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
  /** Every object that depends on what is removed, including those of its plan. Empty if it does not exist. */
  dependents(connection: Connection, taken: Taken): Promise<readonly Dependent[]>;
  /**
   * Every object with a text of its own that uses one of the tables: the functions of its triggers, all that they call, other routines and
   * events that name the table, and views. One entry per table. Excludes objects of Lockstep, of extensions and of the system, and tables
   * that do not exist. At most `mostRoutines`; those that triggers run come first.
   */
  routines(connection: Connection, tables: readonly TableName[]): Promise<readonly Routine[]>;
  /** The same with their statements that take the whole row of the table. Without any object, this is one query. */
  users(connection: Connection, tables: readonly TableName[]): Promise<readonly WholeRowRoutine<Routine>[]>;
  /** The statements that must run outside a migration before an index over partitions can become valid. */
  partitionStatements(
    connection: Connection,
    spec: Extract<UnitSpec, { kind: "assert-index" }>,
  ): Promise<readonly string[]>;
}
