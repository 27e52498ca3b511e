import type { Rule } from "./detect-anomaly.js";

/** The measures of a watch. */
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
 * How to judge each measure: two or three times the earlier level, above chance and the load of a busy machine. Measured beside builds that
 * use all processors.
 *
 * @param everyMs between two rounds: the second round detects a lock that was held for all of it, however short it is
 */
export function measureRules(everyMs: number): Readonly<Record<Measure, MeasureRule>> {
  return {
    "statement-time": { unit: "ms", factor: 3, leastRise: 0.5, riseOfOne: 10, stall: 1500, hugeTimes: 10 },
    "failed-transactions": { unit: "share", factor: 3, leastRise: 0.01, riseOfOne: 0.5, hugeTimes: 5 },
    "http-failures": { unit: "share", factor: 1, leastRise: 0.1, riseOfOne: 0.5, hugeTimes: 3 },
    "http-time": { unit: "ms", factor: 3, leastRise: 50, riseOfOne: 300, hugeTimes: 10 },
    prometheus: { unit: "number", factor: 1.5, leastRise: 0, hugeTimes: 10 },
    // The interval between two rounds: a session that waits from one round to the next is stuck.
    "lock-wait": { unit: "ms", factor: 3, leastRise: Math.min(5000, 0.9 * everyMs), hugeTimes: 1 },
    // The replica lag that a backfill allows.
    "replica-bytes": { unit: "bytes", factor: 3, leastRise: 32 * 2 ** 20, hugeTimes: 4 },
    "replica-time": { unit: "ms", factor: 3, leastRise: 10_000, hugeTimes: 4 },
    "missing-values": { unit: "rows", factor: 1, leastRise: 0.5, hugeTimes: 1 },
  };
}
