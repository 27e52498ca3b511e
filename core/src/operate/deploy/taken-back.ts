import type { GateStep, Plan } from "../../model/index.js";
import { isDroppedConcurrently } from "../../model/unit-spec.js";
import type { ReleasedUnit } from "../../plan/migration-of.js";
import { dropGates } from "../../plan/next-phase.js";
import { type Release, releasesOf } from "../../plan/releases.js";
import type { TargetState } from "../../plugin/target-state.js";

/** Whether later migrations in this deployment revert everything that it would run of the plan's contract. */
export function isContractTakenBack({ units }: TargetState, plan: Plan): boolean {
  const own = units.filter((unit) => unit.plan.id === plan.id && unit.kind === "phase");
  const contract = own.filter(({ phase }) => phase === "contract");
  // If expand is also pending, this deployment creates the columns: no value can be missing.
  return contract.length > 0 && contract.every(({ isPast }) => isPast) && contract.length === own.length;
}

/** A pending undo in a deployment that drops columns. */
export interface PendingDrop {
  readonly plan: Plan;
  /** The first migration that drops a column. */
  readonly migration: string;
  /** The conditions before it can run. */
  readonly gates: readonly GateStep[];
  /** Migrations that must run before the code is reverted: they undo a contract that this target has. */
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
 * Units of contracts that were undone before this target got them. Running them would remove the fill while old code still runs, and would
 * fail on rows without a value; their undo works without them. Also table copies: each would stop for an online tool, first to make the
 * copy and then to revert it.
 */
export function needNotRun(state: TargetState): readonly ReleasedUnit[] {
  return state.units.filter(
    ({ plan, phase, kind, isPast, unit, migration }) =>
      kind === "phase" &&
      ((isPast && unit.spec.kind === "online-copy") || (phase === "contract" && isContractTakenBack(state, plan))) &&
      // An index that an interrupted drop left INVALID would be mistaken for the one that the undo restores.
      !(unit.spec.kind === "drop-index" && isDroppedConcurrently(unit.spec) && state.failed.includes(migration)),
  );
}
