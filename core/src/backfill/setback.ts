import { LockstepError } from "../base/errors.js";
import { isDatabaseError, retryReason } from "../dialect/db/retry.js";
import { isValuesFault } from "../dialect/db/value-fault.js";

/** Why a batch did not get through, and so what helps: waiting, connecting again, or fewer rows. `function`: the user's own failed. */
export type SetbackReason = "conflict" | "locked" | "connection" | "busy" | "timeout" | "data" | "function";

/** The server, or the session, went away: where a run ends anyway there is nobody to tell, and nothing is lost. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof LockstepError) return error.code === "LS8004";
  return ["connection", "busy"].includes(retryReason(error) ?? "");
}

/**
 * Recognises what a further try can get over.
 * @param isLost the session has ended
 * @returns undefined for everything else: missing rights, a missing column, a bug
 */
export function setbackReason(error: unknown, isLost: boolean): SetbackReason | undefined {
  // Whatever a function of the user ran into is its own: a reset socket there is not ours.
  if (error instanceof LockstepError && (error.code === "LS5050" || error.code === "LS5055")) return "function";
  const again = retryReason(error, isLost);
  if (again !== undefined) return again;
  if (isDatabaseError(error) && error.code === "57014") return "timeout";
  return isValuesFault(error) ? "data" : undefined;
}
