import type { DeployedPhase, Plan, WrittenUnit } from "../model/index.js";

/** A migration of a plan that is, or was, in the repository. */
export interface Release extends WrittenUnit {
  /** The phase that it belongs to, or that it takes back. */
  readonly phase: DeployedPhase;
  readonly kind: "phase" | "undo";
  /** A later migration took it back; of an undo: its phase was released again since. */
  readonly isPast: boolean;
}

/**
 * The released migrations of a plan, in order. A phase that was taken back and released again has its units here twice, and the
 * migrations of the undo between them: only the latest count, but a target has to apply them all.
 */
export function releasesOf(plan: Plan): readonly Release[] {
  const releases: Release[] = [];
  for (const record of plan.state.written) {
    const unit = plan.units.find((own) => own.id === record.id);
    const taken = (["expand", "contract"] as const).find((phase) =>
      plan.undo[phase].some((own) => own.id === record.id),
    );
    const phase = unit?.phase ?? taken;
    if (phase === undefined) throw new Error(`${plan.id} has no unit ${record.id}`);
    const kind = unit === undefined ? "undo" : "phase";
    // One counts at a time: what the phase wrote, or what took it back.
    for (const [at, other] of releases.entries())
      if (other.phase === phase && other.kind !== kind) releases[at] = { ...other, isPast: true };
    releases.push({ ...record, phase, kind, isPast: false });
  }
  return releases;
}
