import type { Migration } from "../model/index.js";
import type { Batches } from "./batches.js";
import type { Catalogue } from "./catalogue.js";
import type { Check } from "./check.js";
import type { Development } from "./development.js";
import type { LedgerStore } from "./ledger-store.js";
import type { Remains } from "./remains.js";
import type { Sessions } from "./sessions.js";
import type { Trials } from "./trials.js";

/** Database systems by the names that data sources and schemas have for them. */
export const dialectIds = ["postgresql", "mysql", "mariadb"] as const;
export type DialectId = (typeof dialectIds)[number];

/**
 * What a database system does in its own way: a folder here is all that there is of it. Whoever needs something done asks the dialect of
 * the connection, or of the plan, and never which one it is.
 */
export interface Dialect {
  readonly id: DialectId;
  /** As people write it. */
  readonly label: string;
  readonly catalogue: Catalogue;
  readonly trials: Trials;
  /** What it knows of a change that is being planned. */
  readonly development: Development;
  /** What a backfill asks it. */
  readonly batches: Batches;
  /** Where it keeps what ran. */
  readonly ledger: LedgerStore;
  readonly sessions: Sessions;
  /** Whether a transaction that ends early takes DDL back. */
  readonly isDdlTransactional: boolean;
  /** Reads a migration file. Throws LS1001. */
  readMigration(sql: string, file: string): Promise<Migration>;
  /** What there is to look at on its servers, for `lockstep doctor`. */
  checks(): Promise<readonly Check[]>;
  /** What runs that broke off leave. */
  remains(): Promise<Remains>;
}
