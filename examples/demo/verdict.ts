import { milliseconds, whole } from "./figures.js";
import type { PhaseNumbers } from "./record.js";

/** The two ways in one sentence each. */
export function verdicts(phases: readonly PhaseNumbers[]): { readonly naive: string; readonly lockstep: string } {
  return { naive: verdict(phases, "naive"), lockstep: verdict(phases, "lockstep") };
}

function verdict(phases: readonly PhaseNumbers[], way: PhaseNumbers["way"]): string {
  const changed = phases.filter((phase) => phase.way === way && phase.phase !== "before");
  const longest = Math.max(0, ...changed.map((phase) => phase.longestMs));
  const failed = changed.reduce((sum, phase) => sum + phase.failed, 0);
  const requests = changed.reduce((sum, phase) => sum + phase.requests, 0);
  const lost = failed === 0 ? "none" : whole(failed);
  return `longest stall ${milliseconds(longest)}, ${lost} of ${whole(requests)} requests failed`;
}

/** What must not have happened in any of these phases. */
export function problemsOf(phases: readonly PhaseNumbers[]): string[] {
  return phases.flatMap(({ phase, failed, failures, halfFilled }) => [
    ...(failed > 0
      ? [
          `${phase}: ${failed} requests failed (${Object.entries(failures)
            .map(([reason, count]) => `${count} × ${reason}`)
            .join(", ")})`,
        ]
      : []),
    ...(halfFilled > 0 ? [`${phase}: ${halfFilled} answers showed the column without a value`] : []),
  ]);
}
