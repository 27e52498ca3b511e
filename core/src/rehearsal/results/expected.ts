import type { Rehearsal, RehearsalPoint, RehearsedRun } from "./rehearsal.js";

/** The number of parts of a backfill whose rates are compared: their spread is the best available estimate of the error. */
const parts = 8;
/** The server reads a table that is larger than its memory from disk. */
const slowerAtMost = 3;

type Expected = NonNullable<Rehearsal["expected"]>;

/**
 * Estimates the duration of the steps that depend on the number of rows, with as many rows as in production.
 *
 * @param factor production's rows for each row of the stage
 */
export function expectedOf(run: RehearsedRun, factor: number): Expected {
  return run.steps.flatMap((step): Expected => {
    const { id, kind, durationMs, startedMs, rows } = step;
    if (kind === "undo" || step.error !== undefined) return [];
    if (kind !== "backfill") {
      const isByRows = step.stated?.held !== "instant";
      if (!isByRows) return [];
      return [
        { id, ms: durationMs * factor, leastMs: durationMs * factor * 0.7, mostMs: durationMs * factor * slowerAtMost },
      ];
    }
    const rates = ratesOf(run.points, startedMs, startedMs + durationMs);
    if (rows === undefined || rows === 0) return [];
    const mean = rows / durationMs;
    const [slowest, fastest] = [Math.min(mean, ...rates), Math.max(mean, ...rates)];
    const all = rows * factor;
    return [{ id, ms: all / mean, leastMs: all / fastest, mostMs: (all / slowest) * (factor > 1.5 ? 1.5 : 1) }];
  });
}

/** Rows per millisecond, of each part. */
function ratesOf(points: readonly RehearsalPoint[], from: number, to: number): readonly number[] {
  const seen = points.flatMap(({ atMs, rows }) =>
    rows === undefined || atMs < from || atMs > to ? [] : [{ atMs, rows }],
  );
  const size = Math.max(1, Math.floor(seen.length / parts));
  const rates: number[] = [];
  for (let at = 0; at + size < seen.length; at += size) {
    const [one, other] = [seen[at]!, seen[at + size]!];
    if (other.rows > one.rows) rates.push((other.rows - one.rows) / (other.atMs - one.atMs));
  }
  return rates;
}
