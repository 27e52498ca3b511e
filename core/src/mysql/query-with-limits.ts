import type { Connection } from "../dialect/connection.js";
import { refused } from "../dialect/db/refused.js";
import { inTransaction } from "../dialect/db/transaction.js";

/**
 * What the development database answers, within five seconds.
 *
 * @param what as a sentence says it: `the index "slug"`
 * @throws LS7002 when it cannot be read
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
