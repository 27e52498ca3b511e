import type { SeenLock } from "../lock-watch.js";
import type { HandEdit } from "../orms/orm.js";

export type SystemId = "postgresql" | "mariadb";

/** A server that the story starts and stops. */
export interface Server {
  url(database?: string): string;
  readonly port: number;
  stop(): Promise<void>;
}

/** What is there of the new column at the end. */
export interface State {
  readonly users: number;
  readonly empty: number;
  /** Handles that are another value than the story says. */
  readonly wrong: number;
  readonly isRequired: boolean;
  /** Triggers, constraints and routines that should have gone. */
  readonly objects: readonly string[];
}

/** The database system that the shop runs on: everything in which its tellings differ. */
export interface System {
  readonly id: SystemId;
  /** `PostgreSQL` */
  readonly label: string;
  /** A server as people run it, except that it does not wait for the disk. */
  start(): Promise<Server>;
  create(server: Server, database: string): Promise<void>;
  /** The rows that the shop's own seed makes, by the server itself: 200 000 through an ORM would take a while. */
  seedUsers(url: string, table: string, users: number): Promise<void>;
  /** A second production with the same rows. Nobody may be connected to the first one meanwhile. */
  copy(server: Server, from: string, to: string): Promise<void>;
  /** `PostgreSQL 17.4` */
  version(server: Server): Promise<string>;
  /**
   * The monthly report: an ordinary SELECT that takes a while. It blocks nobody; but an ALTER TABLE has to wait for it, and everybody
   * else waits behind that ALTER TABLE.
   *
   * @returns once it is running
   */
  startReport(url: string, table: string): Promise<void>;
  stateOf(url: string, table: string): Promise<State>;
  /** The locks on a table at this moment, and waits for one. Default: the server does not show them without a change of its settings. */
  locksOn?(url: string, table: string): Promise<{ look(): Promise<readonly SeenLock[]>; end(): Promise<void> }>;
  /** New users of the old build get their handle at once, which is unique; else with the next run of the backfill. */
  readonly fillsUniqueAtOnce: boolean;
  /** A name as SQL has it. */
  quote(name: string): string;
  /** The change as people write it by hand. */
  naive(table: string, unique: string): readonly string[];
  /** They are one transaction. */
  readonly isTransactional: boolean;
  /** What makes of the TypeORM shop, which is one of PostgreSQL, one of this system. */
  readonly typeorm: { readonly edits: readonly HandEdit[]; unique(table: string): string };
}

/** The databases of the story, all on one server. */
export const databases = {
  /** The developer's own. */
  development: "shop",
  /** Gets the change the Lockstep way. */
  production: "shop_production",
  /** The same rows; gets the change the naive way. */
  naive: "shop_naive",
} as const;

/** How long the report takes that is running when a migration arrives. */
export const reportMs = 7_000;

export const firstNames = ["Ada", "Bela", "Chidi", "Dana", "Emil", "Fatima", "Goran", "Hana", "Ines", "Jonas"];
export const lastNames = ["Andersen", "Baptiste", "Costa", "Dvořák", "Eze", "Fischer", "García", "Haddad", "Ito"];
