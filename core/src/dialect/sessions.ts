import type { TableName } from "../model/names.js";
import type { Connection } from "./connection.js";

export interface BlockerQuestion {
  /** The tables that migrations are about to lock. */
  readonly tables: readonly TableName[];
  /** An index is built concurrently: it also waits for every old snapshot in the database. */
  readonly buildsIndex: boolean;
  /** Transactions younger than this end by themselves in time. */
  readonly olderThanSeconds: number;
}

/** What is asked about other sessions, and said to the sessions of migrations, in the words of a dialect. Errors are the server's. */
export interface Sessions {
  /** Who holds up, or would hold up, DDL on the tables: one sentence each, with what ends it where that is not the session's end. */
  blockers(connection: Connection, question: BlockerQuestion): Promise<readonly string[]>;
  /** How long others may queue behind a statement that waits for its lock. */
  readonly stallMs: number;
  /** The statement that gives a session this limit for its waits for locks, rounded up to what the server can count. */
  limitLocks(timeoutMs: number): string;
}
