import { LockstepError } from "../base/errors.js";
import type { Connection } from "../dialect/connection.js";
import { errorCode, isDatabaseError, type RetryPolicy, retryReason, withRetry } from "../dialect/db/retry.js";
import type { BatchLoop } from "./batch-loop.js";
import { type BackfillSession, isUnled, openSession } from "./session.js";

const reconnecting: RetryPolicy = { attempts: 12, firstPauseMs: 500, maxPauseMs: 30_000 };

/** A statement was cancelled, or a session ended, just after it started. */
const isEnded = (code = "") => ["57014", "57P01", "ECONNRESET", "PROTOCOL_CONNECTION_LOST"].includes(code);

/** A replica about to take over accepts connections before writes: BEGIN READ WRITE fails with 0A000, other writes with 25006. */
const isStandby = (code: string | undefined) => code === "25006" || code === "0A000";

/**
 * Opens the session of a worker, and retries while that may help.
 *
 * @param previous its broken connection
 * @param wasThere the process has connected to the server before
 * @throws errors of `openSession`
 */
export function openWithRetry(
  { settings, role, tell }: Pick<BatchLoop, "settings" | "role" | "tell">,
  previous: Connection | undefined,
  wasThere: boolean,
): Promise<BackfillSession> {
  return withRetry(
    () => openSession(settings, role, previous),
    (error) => {
      if (!(wasThere ? mayComeBack(error, settings.isJoining) : isTransient(error))) return false;
      tell({ kind: "retry", reason: "connection", message: (error as Error).message, pauseMs: 0 });
      return true;
    },
    { ...reconnecting, attempts: wasThere ? reconnecting.attempts : 3 },
    settings,
  );
}

const isTransient = (error: unknown) =>
  ["busy", "locked", "conflict"].includes(retryReason(error) ?? "") || isEnded(errorCode(error));

/** The server restarts, fails over, or still has the old session. */
function mayComeBack(error: unknown, isJoining: boolean): boolean {
  const code = errorCode(error);
  if (retryReason(error) !== undefined || isEnded(code) || isStandby(code) || isUnled(error)) return true;
  if (!(error instanceof LockstepError)) return false;
  // A joining process works with the current leader.
  if (error.code === "LS5003") return !isJoining;
  return error.code === "LS8004" && !isDatabaseError(error.cause);
}
