import type { Rule } from "./detect-anomaly.js";

/** What a watch measures. */
export type Measure =
  | "statement-time"
  | "failed-transactions"
  | "http-failures"
  | "http-time"
  | "prometheus"
  | "lock-wait"
  | "replica-bytes"
  | "replica-time"
  | "missing-values";

export type MeasureUnit = "ms" | "share" | "bytes" | "rows" | "number";

interface MeasureRule extends Rule {
  readonly unit: MeasureUnit;
}

/**
 * How each of them is judged. A level of twice or three times what it was, above what chance and a busy machine do: measured beside
 * builds that take all processors.
 *
 * @param everyMs between two looks: a lock that is held for all of it is seen by the second look, however short that is
 */
export function measureRules(everyMs: number): Readonly<Record<Measure, MeasureRule>> {
  return {
    "statement-time": { unit: "ms", factor: 3, leastRise: 0.5, riseOfOne: 10, stall: 1500, hugeTimes: 10 },
    "failed-transactions": { unit: "share", factor: 3, leastRise: 0.01, riseOfOne: 0.5, hugeTimes: 5 },
    "http-failures": { unit: "share", factor: 1, leastRise: 0.1, riseOfOne: 0.5, hugeTimes: 3 },
    "http-time": { unit: "ms", factor: 3, leastRise: 50, riseOfOne: 300, hugeTimes: 10 },
    prometheus: { unit: "number", factor: 1.5, leastRise: 0, hugeTimes: 10 },
    // As long as a look is from the next: who waits from one to the other is stuck.
    "lock-wait": { unit: "ms", factor: 3, leastRise: Math.min(5000, 0.9 * everyMs), hugeTimes: 1 },
    // As far behind as a backfill lets replicas be.
    "replica-bytes": { unit: "bytes", factor: 3, leastRise: 32 * 2 ** 20, hugeTimes: 4 },
    "replica-time": { unit: "ms", factor: 3, leastRise: 10_000, hugeTimes: 4 },
    "missing-values": { unit: "rows", factor: 1, leastRise: 0.5, hugeTimes: 1 },
  };
}
