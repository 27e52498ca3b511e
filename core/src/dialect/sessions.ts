import type { TableName } from "../model/names.js";
import type { Connection } from "./connection.js";

export interface BlockerQuestion {
  /** The tables that migrations are about to lock. */
  readonly tables: readonly TableName[];
  /** An index is built concurrently: it also waits for every old snapshot in the database. */
  readonly buildsIndex: boolean;
  /** Younger transactions end soon enough by themselves. */
  readonly olderThanSeconds: number;
}

/** Queries about other sessions, and settings for the sessions of migrations, per dialect. Errors are the server's. */
export interface Sessions {
  /** The sessions that block, or would block, DDL on the tables: one sentence each, with what ends the lock before the session does. */
  blockers(connection: Connection, question: BlockerQuestion): Promise<readonly string[]>;
  /** How long other sessions may queue behind a statement that waits for its lock. */
  readonly stallMs: number;
  /** The statement that sets this lock timeout for a session, rounded up to the server's unit. */
  limitLocks(timeoutMs: number): string;
}
