import type { Difference } from "../../operate/drift/difference.js";
import type { RehearsalFinding, RehearsedRun, Replanned } from "./rehearsal.js";

/** The longest acceptable wait; units give up a lock after half of it. */
const longestStallMs = 1000;
/** A replica with more lag serves old rows. */
const longestLagMs = 10_000;

/**
 * What the application would have noticed of a plan's run, or what differs from the stated effects. Empty: nothing.
 *
 * @param ends the differences between the plan's end state and that of the ORM's own migration
 */
export function findingsOf(
  run: RehearsedRun,
  replanned: readonly Replanned[],
  ends: readonly Difference[],
): readonly RehearsalFinding[] {
  const known = new Set(run.before?.failed.map(({ reason }) => reason));
  const ofSteps = run.steps.flatMap((step): RehearsalFinding[] => {
    const { id, kind, error, differences, traffic, lag } = step;
    const failures = (traffic?.failed ?? []).filter(({ reason }) => !known.has(reason));
    const failed = failures.reduce((sum, { requests }) => sum + requests, 0);
    const limit = Math.max(longestStallMs, (run.before?.longestMs ?? 0) * 3);
    return [
      ...(error === undefined
        ? []
        : [{ kind: kind === "undo" ? ("undo-failed" as const) : ("step-failed" as const), step: id, detail: error }]),
      ...(differences.length > 0 ? [{ kind: "lock-differs" as const, step: id }] : []),
      ...(failed > 0
        ? [{ kind: "requests-failed" as const, step: id, value: failed, detail: failures[0]!.reason }]
        : []),
      ...(traffic !== undefined && traffic.longestMs > limit
        ? [{ kind: "stalled" as const, step: id, value: traffic.longestMs, limit }]
        : []),
      ...(lag !== undefined && lag.ms > longestLagMs
        ? [{ kind: "lagged" as const, step: id, value: lag.ms, limit: longestLagMs }]
        : []),
    ];
  });
  const worse = replanned
    .filter(({ isWorse }) => isWorse)
    .map(({ statement, phase }): RehearsalFinding => ({ kind: "plan-worse", step: phase, detail: statement }));
  const elsewhere = ends.map(({ kind, table, name }): RehearsalFinding => {
    const detail = `${kind} ${table === undefined ? "" : `"${table}".`}"${name}"`;
    return { kind: "end-state-differs", detail };
  });
  return [...ofSteps, ...worse, ...elsewhere];
}
