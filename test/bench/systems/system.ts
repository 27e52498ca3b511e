/** A database system, as the stall bench needs it. */
import type { Plan } from "../../../core/src/model/index.js";
import type { PostgresServer } from "../../support/postgres.js";
import type { ByBatches } from "../stall-ways.js";

export interface BenchSystem {
  readonly id: "postgresql" | "mariadb";
  readonly label: string;
  /** Lockstep's longest stall must be this many times shorter than by hand. */
  readonly leastRatio: number;
  /** Its longest stall beyond a run without a change. */
  readonly mostBeyondMs: number;
  /** The change as people write it, in one session: right in the end. */
  readonly byHand: string;
  /** Absent: the change has no such way. */
  readonly byBatches?: ByBatches | undefined;
  /** Of all rows in one statement, as a person fills them. */
  readonly fillSql: string;
  plan(): Promise<Plan>;
  /** With "User" of so many rows, made once. */
  start(rows: number): Promise<BenchServer>;
  /** Runs migration files one after the other on one connection, as the ORM does. */
  migrate(url: string, files: readonly string[], begin?: (index: number) => void): Promise<void>;
  /** One statement on a connection of its own. */
  query(url: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** A transaction that has read the table and stays open. Resolves when it has; what it returns ends it. */
  read(url: string): Promise<() => Promise<void>>;
  /** Required, with its unique index, and without a wrong value. */
  isChanged(url: string): Promise<boolean>;
}

export interface BenchServer {
  /** The server itself, where replicas may be made of it. */
  readonly primary?: PostgresServer;
  /** A fresh database with the table, read once so that it is in memory. */
  copy(name: string): Promise<string>;
  drop(name: string): Promise<void>;
  /** Resolves when the server has no work left of what was written: InnoDB purges old rows after the transaction. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export const columns = ["id", "email", "name", "createdAt", "updatedAt"];
