import { type ErrorCode, LockstepError } from "../../base/errors.js";
import { isDatabaseError } from "./retry.js";
import { isValuesFault } from "./value-fault.js";
import { textWithoutValues } from "./without-values.js";

/**
 * A server's error as a LockstepError: its message, detail and hint are kept, except messages about a row's value, which may quote it.
 * Other errors are returned unchanged.
 * @param doing the attempted action: `Reading "User" on db:5432/shop`
 * @param hint Default: the server's own, else that of the code
 */
export function refused(error: unknown, doing: string, code: ErrorCode = "LS7002", hint?: string): unknown {
  if (!isDatabaseError(error)) return error;
  if (isValuesFault(error) && !/^(HY|XX)/.test(error.code))
    return new LockstepError(code, `${doing}: ${textWithoutValues(error)}`, {
      ...(hint === undefined ? {} : { hint }),
      details: { sqlState: error.code },
      cause: error,
    });
  const detail = error.detail ? ` (${error.detail})` : "";
  return new LockstepError(code, `${doing}: ${error.message}${detail}`, {
    ...((hint ?? error.hint) ? { hint: hint ?? error.hint } : {}),
    details: { sqlState: error.code },
    cause: error,
  });
}
