import type { Plan } from "../model/index.js";
import type { ReleasedUnit } from "../plan/migration-of.js";
import type { TargetState } from "../release/target-state.js";
import { isDroppedConcurrently } from "../sql/postgres/units/drop-index.js";

/** Whether all that this deployment would run of the plan's contract is taken back by migrations after it. */
export function isContractTakenBack({ units }: TargetState, plan: Plan): boolean {
  const own = units.filter((unit) => unit.plan.id === plan.id && unit.kind === "phase");
  const contract = own.filter(({ phase }) => phase === "contract");
  // Where expand is still to come, the columns are new in this deployment: nothing of theirs can be missing.
  return contract.length > 0 && contract.every(({ isPast }) => isPast) && contract.length === own.length;
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
