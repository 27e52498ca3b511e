import { duringCleanUp } from "../../base/expected-errors.js";
import type { Connection } from "../../dialect/connection.js";
import { errorCode, isDatabaseError } from "../../dialect/db/retry.js";
import type { DatabaseAfter } from "../../dialect/development.js";
import { within } from "../within.js";

/** A schema, a table or index, a function, or another object that exists already. */
const exists: ReadonlySet<string> = new Set(["42P06", "42P07", "42723", "42710"]);

/** Implements `Development.after`: runs the statements in a transaction and rolls it back. */
export async function after(connection: Connection, statements: readonly string[]): Promise<DatabaseAfter> {
  const limits = { lockTimeoutMs: 5000, statementTimeoutMs: 30_000 };
  await connection.begin({ isRepeatable: true, limits });
  let failure: string | undefined;
  for (const sql of statements) {
    await connection.query("SAVEPOINT lockstep_after");
    try {
      await connection.query(sql);
    } catch (error) {
      if (!isDatabaseError(error) || connection.isLost) throw error;
      if (!exists.has(errorCode(error) ?? "")) failure ??= error.message;
      await connection.query("ROLLBACK TO SAVEPOINT lockstep_after");
    }
  }
  return {
    connection: within(connection),
    failure,
    async end() {
      if (!connection.isLost) await connection.rollback().catch(duringCleanUp);
    },
  };
}
