import { type DeployedPhase, type GateStep, isSameTable, type Phase, type Plan, type Unit } from "../model/index.js";
import { mayRefuseInserts } from "../sql/session-value.js";
import { phasesOf } from "./phases.js";

/** The phase that `lockstep next` writes; undefined if all are written or the plan was undone. */
export function nextPhase(plan: Plan): DeployedPhase | undefined {
  const { released } = plan.state;
  if (released === "undone") return undefined;
  const deployed = deployedPhases(plan);
  return deployed[deployed.indexOf(released) + 1];
}

/** The result of `lockstep undo`: the phase before the last released one; undefined if the plan is undone already. */
export function previousPhase(plan: Plan): Exclude<DeployedPhase, "contract"> | "undone" | undefined {
  const { released } = plan.state;
  if (released === "undone") return undefined;
  const deployed = deployedPhases(plan);
  const before = deployed[deployed.indexOf(released) - 1];
  return before === undefined || before === "contract" ? "undone" : before;
}

/** The gate of a phase. A brisk contract has the gates of both phases, without reads-steady, because its reads have not started. */
export function gatesAt(plan: Plan, phase: Phase): readonly GateStep[] {
  if (phase === "expand")
    return plan.columns
      .filter((column) => mayRefuseInserts(column, plan.dialect, column.notNull && !column.isRelaxed))
      .map(({ table, name }) => ({ gate: "inserts-allowed", table, column: name }));
  if (phase === "backfill") return [];
  if (phase === "switch" || phasesOf(plan).includes("switch")) return plan.gates[phase];
  const steps = [...plan.gates.switch, ...plan.gates.contract.filter((step) => step.gate !== "reads-steady")];
  const keys = steps.map((step) => JSON.stringify(step));
  return steps.filter((_, index) => keys.indexOf(keys[index] ?? "") === index);
}

/** The gate before a migration that drops columns with their values: one step for each of them. */
export function dropGates(plan: Plan, { spec }: Unit): readonly GateStep[] {
  if (spec.kind !== "undo-expand" && spec.kind !== "drop-column" && spec.kind !== "online-copy") return [];
  const { table } = spec;
  const columns =
    spec.kind !== "online-copy"
      ? spec.columns.map(({ name }) => name)
      : plan.units.flatMap(({ spec: own }) =>
          own.kind === "online-copy" && isSameTable(own.table, table)
            ? own.changes.flatMap(({ adds, back }) =>
                adds?.kind === "column" && back !== undefined ? [adds.name] : [],
              )
            : [],
        );
  return columns.map((column) => ({ gate: "column-unused", table, column }));
}

function deployedPhases(plan: Plan): DeployedPhase[] {
  return phasesOf(plan).filter((phase): phase is DeployedPhase => phase !== "backfill");
}
