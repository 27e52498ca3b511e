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

/** What Lockstep knows about its SQL without a server. */
export interface DialectSql {
  readonly capabilities: Capabilities;
  readonly quote: Quote;
  readonly judging: Judging;
}

/** What a plan and its backfill query on a server, in the session of a connection. */
export interface DialectLive {
  readonly systemCatalog: SystemCatalog;
  readonly validation: Validation;
  /** What the development database reports about a planned change. */
  readonly development: Development;
  /** What gates query about rows. */
  readonly rows: Rows;
  /** Values that functions of the project compute. */
  readonly functions: FunctionValues;
  /** What a backfill needs from the system. */
  readonly batches: Batches;
  /** Where the ledger is stored. */
  readonly ledger: LedgerStore;
  readonly schemas: Schemas;
  readonly sessions: Sessions;
  /** The load signals that make a backfill wait. */
  readonly loadSignals: LoadSignals;
  /** The server's counters of application statements. */
  readonly statements: Statements;
}

/** What the operations commands query on servers, and the servers of a rehearsal. Callers load each part when they need it. */
export interface DialectOps {
  readonly stage: StageDatabases;
  /** The privileges of application roles. */
  access(): Promise<Access>;
  /** How its tables are spread. */
  statistics(): Promise<Statistics>;
  /** Absent: plans for this system cannot be rehearsed. */
  rehearsing?(): Promise<Rehearsing>;
  /** The objects in its databases. */
  inventory(): Promise<InventoryReader>;
  /**
   * What on a target would make the units fail, where the server would report it only halfway through a unit or without a remedy. Empty
   * where a unit is a transaction.
   */
  obstacles(connection: Connection, units: readonly UnitSpec[]): Promise<readonly Finding[]>;
  /** The checks of `lockstep doctor` for its servers. */
  checks(): Promise<readonly Check[]>;
  /** What interrupted runs leave behind. */
  leftovers(): Promise<Leftovers>;
}

/**
 * Everything that is specific to a database system: a folder here contains all of it. Callers use the dialect of the connection or the
 * plan, and never check which one it is.
 */
export interface Dialect {
  readonly id: DialectId;
  /** The display name. */
  readonly label: string;
  /** The display text of a connection's version: `PostgreSQL 17`, `MariaDB 10.11.19`. */
  versionText(serverVersion: number): string;
  readonly sql: DialectSql;
  readonly live: DialectLive;
  readonly ops: DialectOps;
}
