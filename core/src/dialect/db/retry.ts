import { LockstepError } from "../../base/errors.js";
import type { Clock } from "./clock.js";

/**
 * Why a failed statement may succeed when it is retried: `conflict` – another transaction blocked it, ours was rolled back; `locked` – a
 * lock timeout; `connection` – the session or the server has ended, connect again; `busy` – the server accepts no connections at the
 * moment.
 */
export type RetryReason = "conflict" | "locked" | "connection" | "busy";

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const reasonBySqlState: Readonly<Record<string, RetryReason>> = {
  "40001": "conflict", // serialization_failure
  "40P01": "conflict", // deadlock_detected
  "55P03": "locked", // lock_not_available
  "57P01": "connection", // admin_shutdown, also pg_terminate_backend
  "57P02": "connection", // crash_shutdown
  "57P05": "connection", // idle_session_timeout
  "25P03": "connection", // idle_in_transaction_session_timeout: our process was stopped for a while
  "57P03": "busy", // cannot_connect_now: starting up or recovering
  "53300": "busy", // too_many_connections
};

const lostSockets = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNABORTED", "EHOSTUNREACH", "ENETUNREACH"]);

/** The SQLSTATE of a database error, or Node's code of a socket error; also of the error behind an LS8004. */
export function errorCode(error: unknown): string | undefined {
  if (error instanceof LockstepError) return error.cause === undefined ? undefined : errorCode(error.cause);
  const { code, errors } = (error ?? {}) as { code?: unknown; errors?: readonly unknown[] };
  if (typeof code === "string") return code;
  return errors?.[0] === undefined ? undefined : errorCode(errors[0]);
}

/** An error that the server reported, unlike a socket error or a bug: the driver gives those a `severity`. */
export function isDatabaseError(
  error: unknown,
): error is Error & { readonly code: string; readonly detail?: string; readonly hint?: string } {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown };
  return error instanceof Error && typeof code === "string" && typeof severity === "string";
}

/**
 * Whether a retry may help, and how. Decided by SQLSTATE and socket code, never by message text.
 * @param isLost the session has ended: the driver's own errors for that have no code
 */
export function retryReason(error: unknown, isLost = false): RetryReason | undefined {
  const code = errorCode(error);
  const known = code === undefined ? undefined : reasonBySqlState[code];
  if (known !== undefined) return known;
  if (code?.startsWith("08") || (code !== undefined && lostSockets.has(code))) return "connection";
  if (isLost && (!(error instanceof LockstepError) || error.code === "LS8004")) return "connection";
  return undefined;
}

export interface RetryPolicy {
  /** Tries in all. */
  readonly attempts: number;
  /** The first pause; each further one is twice as long, up to `maxPauseMs`. */
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
}

/** The pause before try `attempt + 1` (the first try is 1): doubled each time, then a random part between half and all of it. */
export function pauseBeforeRetry(attempt: number, policy: RetryPolicy, random: () => number): number {
  const full = Math.min(policy.maxPauseMs, policy.firstPauseMs * 2 ** Math.min(attempt - 1, 30));
  // Two sessions that failed at the same moment must not collide again.
  return full * (0.5 + random() / 2);
}

export interface RetryDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal?: AbortSignal;
}

/**
 * Tries until it succeeds, the policy is used up, the signal is aborted, or a retry cannot help with the error.
 * @param shouldRetry decides for each error; it may also prepare the next try
 * @throws the last error
 */
export async function withRetry<T>(
  run: (attempt: number) => Promise<T>,
  shouldRetry: (error: unknown, attempt: number) => boolean,
  policy: RetryPolicy,
  { clock, random, signal }: RetryDeps,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run(attempt);
    } catch (error) {
      if (attempt >= policy.attempts || signal?.aborted || !shouldRetry(error, attempt)) throw error;
      await clock.sleep(pauseBeforeRetry(attempt, policy, random), signal);
      if (signal?.aborted) throw error;
    }
  }
}
