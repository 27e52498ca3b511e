import { LockstepError } from "../base/errors.js";
import { isDatabaseError, retryReason } from "../dialect/db/retry.js";
import { isValuesFault } from "../dialect/db/value-fault.js";

/** Why a batch failed, which determines the reaction: wait, reconnect, or take fewer rows. `function`: the user's own function failed. */
export type SetbackReason = "conflict" | "locked" | "connection" | "busy" | "timeout" | "data" | "function";

/** The server or the session is gone. If the run ends anyway, it need not report that, and nothing is lost. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof LockstepError) return error.code === "LS8004";
  return ["connection", "busy"].includes(retryReason(error) ?? "");
}

/**
 * Recognises failures that a retry can overcome.
 *
 * @param isLost the session has ended
 * @returns undefined for all others: missing privileges, a missing column, a bug
 */
export function setbackReason(error: unknown, isLost: boolean): SetbackReason | undefined {
  // An error inside a user's function is its own: a reset socket there is not ours.
  if (error instanceof LockstepError && (error.code === "LS5050" || error.code === "LS5055")) return "function";
  const again = retryReason(error, isLost);
  if (again !== undefined) return again;
  if (isDatabaseError(error) && error.code === "57014") return "timeout";
  return isValuesFault(error) ? "data" : undefined;
}
