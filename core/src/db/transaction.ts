import type { Connection } from "./connection.js";

export interface TransactionOptions {
  readonly isReadOnly?: boolean;
  /** One snapshot for all statements, where a sample must fit its count. Default: false, READ COMMITTED. */
  readonly isRepeatable?: boolean;
  /** Default: the session's own. */
  readonly limits?: Limits;
  /** Settings of the dialect's own for this transaction only. Numbers are milliseconds. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** How long the statements of a transaction may take. */
export interface Limits {
  /** Waiting for a lock. */
  readonly lockTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  /** Between two statements: a process that is suspended keeps no locks. */
  readonly idleTimeoutMs?: number;
}

/**
 * Runs statements in one transaction; any error rolls it back.
 * The isolation level is stated because a session may have another default: the backfill relies on READ COMMITTED.
 */
export async function inTransaction<T>(
  connection: Connection,
  options: TransactionOptions,
  run: () => Promise<T>,
): Promise<T> {
  await connection.begin(options);
  try {
    const result = await run();
    await connection.commit();
    return result;
  } catch (error) {
    // The first error counts, also when the session is gone and cannot roll back.
    if (!connection.isLost) await connection.rollback().catch(() => undefined);
    throw error;
  }
}
