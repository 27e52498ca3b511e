import type { Measurement, RehearsedRun } from "../../rehearsal/results/rehearsal.js";

/** What an application met in one run of a rehearsal, or of a real change. */
export interface Measured {
  /** Nothing was sent: absent. */
  readonly longestMs?: number;
  /** Requests that failed and did not before. */
  readonly failed: number;
  /** What the server said to the first step that it refused. */
  readonly error?: string;
}

/** Of one of its runs; undefined: there was none. */
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
