import type { Batches } from "./batches.js";
import type { Capabilities } from "./capabilities.js";
import type { Catalogue } from "./catalogue.js";
import type { Development } from "./development.js";
import type { Judging } from "./judging.js";
import type { LedgerStore } from "./ledger-store.js";
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
  readonly capabilities: Capabilities;
  readonly judging: Judging;
  readonly catalogue: Catalogue;
  readonly trials: Trials;
  /** What it knows of a change that is being planned. */
  readonly development: Development;
  /** What a backfill asks it. */
  readonly batches: Batches;
  /** Where it keeps what ran. */
  readonly ledger: LedgerStore;
}
