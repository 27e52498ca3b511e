import { LockstepError } from "../base/errors.js";
import { type DeployedPhase, inFiles, type Plan, type Unit, type WrittenUnit } from "../model/index.js";

/** A migration of a plan that is, or was, in the repository. */
export interface Release extends WrittenUnit {
  /** The phase that it belongs to, or that it takes back. */
  readonly phase: DeployedPhase;
  readonly kind: "phase" | "undo";
  /** All that its file has. */
  readonly units: readonly [Unit, ...Unit[]];
  /** A later migration took it back; of an undo: its phase was released again since. */
  readonly isPast: boolean;
}

/**
 * The released migrations of a plan, in order. A phase that was taken back and released again has its units here twice, and the
 * migrations of the undo between them: only the latest count, but a target has to apply them all.
 */
export function releasesOf(plan: Plan): readonly Release[] {
  const releases: Release[] = [];
  const [own, undo] = [inFiles(plan.units), [...inFiles(plan.undo.expand), ...inFiles(plan.undo.contract)]];
  for (const record of plan.state.written) {
    const isOf = ([first]: readonly [Unit, ...Unit[]]) => first.id === record.id;
    const file = own.find(isOf);
    const units = file ?? undo.find(isOf);
    if (units === undefined)
      throw new LockstepError("LS3007", `lockstep/${plan.id}/plan.json has no unit ${record.id} for ${record.file}.`);
    const { phase } = units[0];
    const kind = file === undefined ? "undo" : "phase";
    // One counts at a time: what the phase wrote, or what took it back.
    for (const [at, other] of releases.entries())
      if (other.phase === phase && other.kind !== kind) releases[at] = { ...other, isPast: true };
    releases.push({ ...record, phase, kind, units, isPast: false });
  }
  return releases;
}
