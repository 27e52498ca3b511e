import type { GateStep, Plan } from "../../model/index.js";
import { isDroppedConcurrently } from "../../model/unit-spec.js";
import type { ReleasedUnit } from "../../plan/migration-of.js";
import { dropGates } from "../../plan/next-phase.js";
import { type Release, releasesOf } from "../../plan/releases.js";
import type { TargetState } from "../../plugin/target-state.js";

/** Whether all that this deployment would run of the plan's contract is taken back by migrations after it. */
export function isContractTakenBack({ units }: TargetState, plan: Plan): boolean {
  const own = units.filter((unit) => unit.plan.id === plan.id && unit.kind === "phase");
  const contract = own.filter(({ phase }) => phase === "contract");
  // Where expand is still to come, the columns are new in this deployment: nothing of theirs can be missing.
  return contract.length > 0 && contract.every(({ isPast }) => isPast) && contract.length === own.length;
}

/** A way back that a deployment carries, and that drops columns. */
export interface PendingDrop {
  readonly plan: Plan;
  /** The first migration that drops one of them. */
  readonly migration: string;
  /** What has to be true before it runs. */
  readonly gates: readonly GateStep[];
  /** Migrations that have to run before the code goes back: they take a contract back that this target has. */
  readonly first: readonly string[];
}

export function pendingDrops(state: TargetState, plans: readonly Plan[]): readonly PendingDrop[] {
  return plans.flatMap((plan) => {
    const own = state.units.filter((unit) => unit.plan.id === plan.id && !unit.isPast);
    const undo = own.filter(({ kind }) => kind === "undo");
    const dropping = undo.filter(({ phase, unit }) => phase === "expand" && dropGates(plan, unit).length > 0);
    const [drop] = dropping;
    if (drop === undefined) return [];
    const isContract = ({ kind, phase }: Pick<Release, "kind" | "phase">) => kind === "phase" && phase === "contract";
    const isPending = state.units.some((unit) => unit.plan.id === plan.id && isContract(unit));
    const isLive = !isPending && releasesOf(plan).some(isContract);
    const first = isLive ? undo.filter(({ phase }) => phase === "contract") : [];
    return {
      plan,
      migration: drop.migration,
      gates: dropping.flatMap(({ unit }) => dropGates(plan, unit)),
      first: [...new Set(first.map(({ migration }) => migration))],
    };
  });
}

/**
 * Units of contracts that were taken back before this target had them. To run them would take the fill away from under running code,
 * and fail where rows have no value; what takes them back works without them. And copies of tables: each would stop for a tool, to
 * be made and made back.
 */
export function needNotRun(state: TargetState): readonly ReleasedUnit[] {
  return state.units.filter(
    ({ plan, phase, kind, isPast, unit, migration }) =>
      kind === "phase" &&
      ((isPast && unit.spec.kind === "online-copy") || (phase === "contract" && isContractTakenBack(state, plan))) &&
      // What an interrupted drop has left INVALID would be taken for the index that the undo restores.
      !(unit.spec.kind === "drop-index" && isDroppedConcurrently(unit.spec) && state.failed.includes(migration)),
  );
}
