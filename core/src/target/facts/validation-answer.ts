import { isDatabaseError } from "../../dialect/db/retry.js";
import { isValuesFault } from "../../dialect/db/value-fault.js";
import type { FillProblem } from "../../dialect/validation.js";

/** What an error says of a fill that was tried; running out of time is an answer. Throws what is not the fill's fault. */
export function answerOf(
  error: unknown,
  what: "values" | "duplicates" | "references",
  timeoutMs: number,
): readonly FillProblem[] {
  if (!isDatabaseError(error)) throw error;
  if (error.code === "57014" || error.code === "55P03") return [{ kind: "not-finished", what, afterMs: timeoutMs }];
  // A type that the same change makes.
  if (error.code === "42704") return [{ kind: "not-checked", message: error.message }];
  // A function, a table, a column of another table, a schema.
  if (["42883", "42P01", "42703", "3F000"].includes(error.code))
    return [{ kind: "type", message: error.message, isMissing: true }];
  // Data exceptions, domain checks, and what the user's own functions raise: the fill's fault, not the connection's.
  // A function that writes cannot be tried without changing something.
  if (error.code === "25006") return [{ kind: "not-checked", message: error.message }];
  if (isValuesFault(error) || error.code.startsWith("0A"))
    return [{ kind: "fails", message: error.message, sqlState: error.code }];
  throw error;
}
