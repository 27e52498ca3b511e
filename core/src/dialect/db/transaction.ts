import { duringCleanUp } from "../../base/expected-errors.js";
import type { Connection, TransactionOptions } from "../connection.js";

/**
 * Runs statements in one transaction; any error rolls it back. The isolation level is explicit because a session may have another default:
 * the backfill relies on READ COMMITTED.
 */
export async function inTransaction<T>(
  connection: Connection,
  options: TransactionOptions,
  run: () => Promise<T>,
): Promise<T> {
  try {
    // It begins, and then applies the settings: if cancelled in between, the transaction has begun.
    await connection.begin(options);
    const result = await run();
    await connection.commit();
    return result;
  } catch (error) {
    // The first error counts, also when the session has ended and cannot roll back.
    if (!connection.isLost) await connection.rollback().catch(duringCleanUp);
    throw error;
  }
}
