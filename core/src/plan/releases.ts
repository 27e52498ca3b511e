import { LockstepError } from "../base/errors.js";
import { type DeployedPhase, inFiles, type Plan, type Unit, type WrittenUnit } from "../model/index.js";

/** A migration of a plan that is or was in the repository. */
export interface Release extends WrittenUnit {
  /** The phase that it deploys or undoes. */
  readonly phase: DeployedPhase;
  readonly kind: "phase" | "undo";
  /** All units in its file. */
  readonly units: readonly [Unit, ...Unit[]];
  /** A later migration undid it; for an undo: its phase was released again. */
  readonly isPast: boolean;
}

/** The migrations in effect that add the columns of a plan. */
export function addingColumns(plan: Plan): readonly Release[] {
  const isAdding = ({ spec }: Unit) => spec.kind === "expand" || spec.kind === "online-copy";
  return releasesOf(plan).filter(
    ({ kind, phase, isPast, units }) => kind === "phase" && phase === "expand" && !isPast && units.some(isAdding),
  );
}

/**
 * The released migrations of a plan, in order. A phase that was undone and released again has its units here twice, with the migrations of
 * the undo between them: only the latest are in effect, but a target must apply all of them.
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
    // Only one is in effect: the phase or its undo.
    for (const [at, other] of releases.entries())
      if (other.phase === phase && other.kind !== kind) releases[at] = { ...other, isPast: true };
    releases.push({ ...record, phase, kind, units, isPast: false });
  }
  return releases;
}
