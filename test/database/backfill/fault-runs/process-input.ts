/** What a run with faults is started with, in this process or in one of its own. */
import type { BackfillInput, BackfillResult } from "../../../../core/src/backfill/input.js";
import { LockstepError } from "../../../../core/src/base/errors.js";
import type { FillFunction } from "../../../../core/src/config/fill-function.js";
import { systemClock } from "../../../../core/src/dialect/db/clock.js";
import type { BackfillSpec } from "../../../../core/src/model/plan.js";

export const plan = "20261120093000_user_handle";

export interface ProcessInput {
  readonly url: string;
  readonly spec: BackfillSpec;
  readonly seed: number;
  readonly workers: number;
  readonly isJoining: boolean;
  readonly needsFillTrigger: boolean;
  readonly leaseMs: number;
  /** Its clock is off by so much. */
  readonly skewMs?: number;
}

/** How a process has ended: `done`, `stopped`, `killed`, or with an error's code. */
export interface Outcome {
  readonly kind: "ended";
  readonly how: string;
  readonly message: string;
}

const lowerEmails: FillFunction = (rows) => rows.map((row) => String(row.email).toLowerCase());

export function inputOf({ seed, skewMs = 0, ...input }: ProcessInput): BackfillInput {
  return {
    ...input,
    plan,
    clock: { now: () => systemClock.now() + skewMs, sleep: systemClock.sleep },
    now: () => new Date(Date.now() + skewMs),
    random: seeded(seed),
    functions: new Map([["User.handle", { reads: ["email"], fill: lowerEmails }]]),
    batch: { startRows: 60, minRows: 30, maxRows: 120, targetMs: 20 },
    options: { pauseMs: "3" },
    allowTriggers: true,
  };
}

export async function outcomeOf(run: Promise<BackfillResult>): Promise<Outcome> {
  try {
    const { status, ended = "" } = await run;
    return { kind: "ended", how: status, message: ended };
  } catch (error) {
    const isKnown = error instanceof LockstepError;
    return {
      kind: "ended",
      how: isKnown ? error.code : "unknown error",
      message: isKnown ? error.message : `${(error as Error).stack}`,
    };
  }
}

/** mulberry32, as in fixture.ts, which loads too much for a process that lives for a second. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
