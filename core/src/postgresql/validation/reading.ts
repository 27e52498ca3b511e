import type { Connection } from "../../dialect/connection.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type { FillProblem } from "../../dialect/validation.js";
import { answerOf } from "../../target/facts/validation-answer.js";

/** Reads in one read-only snapshot. A timeout is a result, not an error. */
export async function reading(
  connection: Connection,
  timeoutMs: number,
  what: "values" | "duplicates" | "references",
  run: () => Promise<readonly FillProblem[]>,
): Promise<readonly FillProblem[]> {
  // row_security off: fails instead of silently hiding rows.
  const settings = { row_security: "off" };
  const limits = { statementTimeoutMs: timeoutMs, lockTimeoutMs: 5000 };
  try {
    return await inTransaction(connection, { isReadOnly: true, isRepeatable: true, limits, settings }, run);
  } catch (error) {
    return answerOf(error, what, timeoutMs);
  }
}
