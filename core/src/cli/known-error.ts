import { LockstepError } from "../base/errors.js";
import { refused } from "../dialect/db/refused.js";
import { retryReason } from "../dialect/db/retry.js";

/** Missing resources or permissions of the machine. Excludes ENOENT: the code that opens a file reports it with the file's purpose. */
const fileErrors = new Set([
  ...["ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM", "EIO"],
  ...["EMFILE", "ENFILE", "EISDIR", "ENOTDIR", "ENAMETOOLONG"],
]);

/**
 * Converts an error of the database, the network or the file system that no other code handled: it is the environment's, not our bug.
 * Returns other errors unchanged.
 */
export function knownError(error: unknown): unknown {
  if (error instanceof LockstepError) return error;
  if (retryReason(error) === "connection")
    return new LockstepError("LS8004", `The connection was lost: ${(error as Error).message}`, { cause: error });
  const { code, syscall, path } = (error ?? {}) as { code?: unknown; syscall?: unknown; path?: unknown };
  if (typeof code === "string" && typeof syscall === "string" && fileErrors.has(code)) {
    const { message } = error as Error;
    return new LockstepError("LS8010", message, { cause: error, details: { code, syscall, path } });
  }
  return refused(error, "The server rejected a statement");
}
