import type { DialectId } from "../model/dialect.js";
import type { UnitSpec } from "../model/plan.js";
import type { Access } from "./access.js";
import type { Batches } from "./batches.js";
import type { Capabilities } from "./capabilities.js";
import type { Check, Finding } from "./check.js";
import type { Connection } from "./connection.js";
import type { Development } from "./development.js";
import type { FunctionValues } from "./functions.js";
import type { InventoryReader } from "./inventory.js";
import type { Judging } from "./judging.js";
import type { LedgerStore } from "./ledger-store.js";
import type { Leftovers } from "./leftovers.js";
import type { LoadSignals } from "./load-signals.js";
import type { Quote } from "./quote.js";
import type { Rehearsing } from "./rehearsing.js";
import type { Rows } from "./rows.js";
import type { Schemas } from "./schemas.js";
import type { Sessions } from "./sessions.js";
import type { StageDatabases } from "./stage.js";
import type { Statements } from "./statements.js";
import type { Statistics } from "./statistics.js";
import type { SystemCatalog } from "./system-catalog.js";
import type { Validation } from "./validation.js";

/** What is known of its SQL without a server. */
export interface DialectSql {
  readonly capabilities: Capabilities;
  readonly quote: Quote;
  readonly judging: Judging;
}

/** What a plan and its backfill ask a server, in the session of a connection. */
export interface DialectLive {
  readonly systemCatalog: SystemCatalog;
  readonly validation: Validation;
  /** What it knows of a change that is being planned. */
  readonly development: Development;
  /** What gates ask about rows. */
  readonly rows: Rows;
  /** Values that functions of the project compute. */
  readonly functions: FunctionValues;
  /** What a backfill asks it. */
  readonly batches: Batches;
  /** Where it keeps what ran. */
  readonly ledger: LedgerStore;
  readonly schemas: Schemas;
  readonly sessions: Sessions;
  /** What a backfill gives way to. */
  readonly loadSignals: LoadSignals;
  /** What it counts of the statements that applications run. */
  readonly statements: Statements;
}

/** What people ask about their servers, and servers of a rehearsal. Each is loaded by whoever needs it. */
export interface DialectOps {
  readonly stage: StageDatabases;
  /** What the roles of applications may do. */
  access(): Promise<Access>;
  /** How its tables are spread. */
  statistics(): Promise<Statistics>;
  /** Absent where plans of it cannot be rehearsed. */
  rehearsing?(): Promise<Rehearsing>;
  /** What its databases consist of. */
  inventory(): Promise<InventoryReader>;
  /**
   * What on a target stands against units, where the server would say so half-way through one of them, or in words that name no remedy.
   * None where a unit is a transaction.
   */
  obstacles(connection: Connection, units: readonly UnitSpec[]): Promise<readonly Finding[]>;
  /** What there is to look at on its servers, for `lockstep doctor`. */
  checks(): Promise<readonly Check[]>;
  /** What runs that broke off leave. */
  leftovers(): Promise<Leftovers>;
}

/**
 * What a database system does in its own way: a folder here is all that there is of it. Whoever needs something done asks the dialect of
 * the connection, or of the plan, and never which one it is.
 */
export interface Dialect {
  readonly id: DialectId;
  /** As people write it. */
  readonly label: string;
  /** The version of a connection as people write it: `PostgreSQL 17`, `MariaDB 10.11.19`. */
  versionText(serverVersion: number): string;
  readonly sql: DialectSql;
  readonly live: DialectLive;
  readonly ops: DialectOps;
}
