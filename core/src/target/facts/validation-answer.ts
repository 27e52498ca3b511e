import { isDatabaseError } from "../../dialect/db/retry.js";
import { isValuesFault } from "../../dialect/db/value-fault.js";
import type { FillProblem } from "../../dialect/validation.js";

/** Converts an error from testing a fill to problems. A timeout is a result, not an error. Throws errors that the fill did not cause. */
export function answerOf(
  error: unknown,
  what: "values" | "duplicates" | "references",
  timeoutMs: number,
): readonly FillProblem[] {
  if (!isDatabaseError(error)) throw error;
  if (error.code === "57014" || error.code === "55P03") return [{ kind: "not-finished", what, afterMs: timeoutMs }];
  // A type that the same change creates.
  if (error.code === "42704") return [{ kind: "not-checked", message: error.message }];
  // A function, a table, a column of another table, a schema.
  if (["42883", "42P01", "42703", "3F000"].includes(error.code))
    return [{ kind: "type", message: error.message, isMissing: true }];
  // Data exceptions, domain checks, and errors of the user's own functions: caused by the fill, not by the connection.
  // A function that writes cannot be tested without changing something.
  if (error.code === "25006") return [{ kind: "not-checked", message: error.message }];
  if (isValuesFault(error) || error.code.startsWith("0A"))
    return [{ kind: "fails", message: error.message, sqlState: error.code }];
  throw error;
}
