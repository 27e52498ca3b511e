import type { RehearsalPoint, TrafficFigures } from "./rehearsal.js";

/** One request. */
export interface Sample {
  /** When it was due, in milliseconds since 1970. */
  readonly due: number;
  /** Its latency. */
  readonly ms: number;
  /** The server's error, without values. Absent: it succeeded. */
  readonly failure?: string;
}

/** The effect of a step shows in requests that are in progress when it begins, and up to this long after it. */
const afterMs = 100;

/**
 * The requests in progress between two moments.
 *
 * @param from milliseconds since 1970
 * @returns undefined: there were none
 */
export function figuresOf(samples: readonly Sample[], from: number, to: number): TrafficFigures | undefined {
  const met = samples.filter(({ due, ms }) => due + ms >= from && due <= to + afterMs);
  if (met.length === 0) return undefined;
  const sorted = met.map(({ ms }) => ms).sort((one, other) => one - other);
  const failed = new Map<string, number>();
  for (const { failure } of met) if (failure !== undefined) failed.set(failure, (failed.get(failure) ?? 0) + 1);
  return {
    requests: met.length,
    failed: [...failed].map(([reason, requests]) => ({ reason, requests })),
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    longestMs: rounded(sorted.at(-1)!),
  };
}

const quantile = (sorted: readonly number[], share: number) =>
  rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!);

const rounded = (ms: number) => Math.round(ms * 10) / 10;

/** The maximum number of points of a run: the width of a chart. */
const mostPoints = 600;

/** Requests by the time at which they were due, since the run began. */
export function pointsOf(
  samples: readonly Sample[],
  from: number,
  to: number,
  more: (at: number) => Pick<RehearsalPoint, "rows" | "lagMs">,
): readonly RehearsalPoint[] {
  const width = Math.max(250, Math.ceil((to - from) / mostPoints / 50) * 50);
  const count = Math.max(1, Math.ceil((to - from) / width));
  const buckets = Array.from({ length: count }, () => ({ requests: 0, failed: 0, longestMs: 0, waiting: 0 }));
  for (const { due, ms, failure } of samples) {
    const at = Math.floor((due - from) / width);
    const bucket = buckets[at];
    if (bucket === undefined) continue;
    bucket.requests++;
    if (failure !== undefined) bucket.failed++;
    bucket.longestMs = Math.max(bucket.longestMs, rounded(ms));
    // It waited at the end of each bucket until it was answered.
    for (let later = at; later < count && from + (later + 1) * width < due + ms; later++) buckets[later]!.waiting++;
  }
  return buckets.map((bucket, at) => ({ atMs: at * width, ...bucket, ...more(from + (at + 1) * width) }));
}
