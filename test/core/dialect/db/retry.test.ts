import { describe, expect, it } from "vitest";
import { LockstepError } from "../../../../core/src/base/errors.js";
import type { Clock } from "../../../../core/src/dialect/db/clock.js";
import {
  errorCode,
  pauseBeforeRetry,
  type RetryPolicy,
  retryReason,
  withRetry,
} from "../../../../core/src/dialect/db/retry.js";

const policy: RetryPolicy = { attempts: 4, firstPauseMs: 100, maxPauseMs: 250 };

function fakeClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  return { slept, now: () => slept.reduce((sum, ms) => sum + ms, 0), sleep: async (ms) => void slept.push(ms) };
}

describe("pauseBeforeRetry", () => {
  it("doubles up to the most, and scatters", () => {
    expect([1, 2, 3, 100].map((attempt) => pauseBeforeRetry(attempt, policy, () => 1))).toEqual([100, 200, 250, 250]);
    expect([1, 2, 3].map((attempt) => pauseBeforeRetry(attempt, policy, () => 0))).toEqual([50, 100, 125]);
  });
});

describe("withRetry", () => {
  it("tries until it succeeds", async () => {
    const clock = fakeClock();
    const result = await withRetry(
      async (attempt) => (attempt < 3 ? Promise.reject(new Error("not yet")) : attempt),
      () => true,
      policy,
      { clock, random: () => 1 },
    );
    expect(result).toBe(3);
    expect(clock.slept).toEqual([100, 200]);
  });

  it("throws the last error when the tries are used up, or trying again is no use", async () => {
    const failing = async (attempt: number) => Promise.reject(new Error(`try ${attempt}`));
    const deps = { clock: fakeClock(), random: () => 0 };
    await expect(withRetry(failing, () => true, policy, deps)).rejects.toThrow("try 4");
    await expect(withRetry(failing, () => false, policy, deps)).rejects.toThrow("try 1");
  });

  it("ends with the signal", async () => {
    const stop = new AbortController();
    const clock = fakeClock();
    const failing = async (attempt: number) => {
      if (attempt === 2) stop.abort();
      throw new Error(`try ${attempt}`);
    };
    const run = withRetry(failing, () => true, policy, { clock, random: () => 1, signal: stop.signal });
    await expect(run).rejects.toThrow("try 2");
    expect(clock.slept).toEqual([100]);
  });
});

describe("retryReason", () => {
  it("sees the cause behind our own error, and the first of several addresses", () => {
    const cause = Object.assign(new Error("too many clients"), { code: "53300", severity: "FATAL" });
    expect(retryReason(new LockstepError("LS8004", "db: too many clients", { cause }))).toBe("busy");
    expect(errorCode(new AggregateError([Object.assign(new Error("refused"), { code: "ECONNREFUSED" })]))).toBe(
      "ECONNREFUSED",
    );
    expect(retryReason(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }))).toBeUndefined();
  });
});
