import { LockstepError } from "../../base/errors.js";

/** The error for an unreachable server, or for a rejected login. Never contains the password: drivers do not repeat it. */
export function notReached(label: string, cause: unknown): LockstepError {
  const error = cause as { code?: unknown; message?: string; errors?: { code?: unknown; message?: string }[] };
  // For several addresses of one name, Node wraps one error each, and leaves its own message empty.
  const first = error.errors?.[0] ?? error;
  const reason = first.message || String(first.code ?? cause);
  return new LockstepError("LS8004", `${label}: ${reason}`, { cause, details: { target: label, code: first.code } });
}
