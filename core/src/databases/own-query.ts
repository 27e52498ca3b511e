import { LockstepError } from "../base/errors.js";
import type { Connection, Row } from "../dialect/connection.js";
import { errorCode } from "../dialect/db/retry.js";
import { inTransaction } from "../dialect/db/transaction.js";
import { sqlReader } from "./sql-reader.js";

/**
 * The rows of a user's query, from the configuration or the command line: one SELECT, sent as one statement in a read-only transaction, so
 * that it changes nothing.
 *
 * @param what its name in messages: `The query of target "tenants"`
 * @throws LS8002 it is not one SELECT, or it writes · the server's error, also for a timeout
 */
export async function askOwnQuery<R extends object = Row>(
  connection: Connection,
  sql: string,
  { what, statementTimeoutMs }: { readonly what: string; readonly statementTimeoutMs: number },
): Promise<readonly R[]> {
  const reader = await sqlReader(connection.dialect.id);
  if (!reader.isQuery(sql)) throw new LockstepError("LS8002", `${what} is not a single SELECT.`, { hint });
  const limits = { statementTimeoutMs, lockTimeoutMs: statementTimeoutMs };
  try {
    const { rows } = await inTransaction(connection, { isReadOnly: true, limits }, () => connection.query<R>(sql, []));
    return rows;
  } catch (error) {
    if (errorCode(error) !== "25006") throw error;
    throw new LockstepError("LS8002", `${what} tries to write: ${(error as Error).message}`, { hint, cause: error });
  }
}

const hint =
  "Write one SELECT that only reads: no second statement, no INTO, no FOR UPDATE, and no function that writes. Lockstep runs it in a read-only transaction.";
