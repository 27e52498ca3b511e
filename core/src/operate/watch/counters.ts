/** A server's counter. It grows until the server evicts it. */
export interface Counter {
  readonly calls: number;
  readonly totalMs: number;
  /** When counting started, if known. */
  readonly firstAt?: string | undefined;
}

/**
 * Returns the increase between two readings, or undefined if the counter was reset in between.
 *
 * @param isReset all counters were reset
 */
export function between(then: Counter | undefined, now: Counter, isReset: boolean): Counter | undefined {
  if (then === undefined || isReset || then.firstAt !== now.firstAt) return undefined;
  if (now.calls < then.calls || now.totalMs < then.totalMs) return undefined;
  return { calls: now.calls - then.calls, totalMs: now.totalMs - then.totalMs };
}
