import type { Connection } from "../dialect/connection.js";
import { refused } from "../dialect/db/refused.js";
import { inTransaction } from "../dialect/db/transaction.js";

/**
 * Queries the development database, with a limit of five seconds.
 *
 * @param what a noun phrase for messages: `the index "slug"`
 * @throws LS7002 if the query fails
 */
export async function queryWithLimits<R extends object>(
  connection: Connection,
  what: string,
  sql: string,
  values?: readonly unknown[],
): Promise<readonly R[]> {
  const limits = { statementTimeoutMs: 5000, lockTimeoutMs: 5000 };
  try {
    const { rows } = await inTransaction(connection, { isReadOnly: true, limits }, () =>
      connection.query<R>(sql, values),
    );
    return rows;
  } catch (error) {
    throw refused(error, `Reading ${what} on ${connection.label}`);
  }
}
