import type { Measurement, RehearsedRun } from "../../rehearsal/results/rehearsal.js";

/** The requests of an application in one run of a rehearsal, or of a real change. */
export interface Measured {
  /** Absent: nothing was sent. */
  readonly longestMs?: number;
  /** Requests that failed, without those that already failed before. */
  readonly failed: number;
  /** The server's error for the first rejected step. */
  readonly error?: string;
}

/** The measurement of one of its runs. Undefined: there was none. */
export function measured({ runs }: Pick<Measurement, "runs">, way: RehearsedRun["way"]): Measured | undefined {
  const run = runs.find((each) => each.way === way);
  if (run === undefined) return undefined;
  const known = new Set(run.before?.failed.map(({ reason }) => reason));
  const traffic = run.steps.flatMap((step) => step.traffic ?? []);
  const error = run.steps.find((step) => step.error !== undefined)?.error;
  return {
    ...(traffic.length > 0 && { longestMs: Math.max(...traffic.map(({ longestMs }) => longestMs)) }),
    failed: traffic
      .flatMap(({ failed }) => failed)
      .reduce((sum, { reason, requests }) => sum + (known.has(reason) ? 0 : requests), 0),
    ...(error !== undefined && { error }),
  };
}
