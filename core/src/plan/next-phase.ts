import type { DeployedPhase, GateStep, Phase, Plan } from "../model/index.js";
import { mayRefuseInserts } from "../sql/session-value.js";
import { phasesOf } from "./phases.js";

/** The phase that `lockstep next` writes; undefined when all are written or the plan was undone. */
export function nextPhase(plan: Plan): DeployedPhase | undefined {
  const { released } = plan.state;
  if (released === "undone") return undefined;
  const deployed = deployedPhases(plan);
  return deployed[deployed.indexOf(released) + 1];
}

/** Where `lockstep undo` leads: the phase before the one released last; undefined when the plan is undone already. */
export function previousPhase(plan: Plan): Exclude<DeployedPhase, "contract"> | "undone" | undefined {
  const { released } = plan.state;
  if (released === "undone") return undefined;
  const deployed = deployedPhases(plan);
  const before = deployed[deployed.indexOf(released) - 1];
  return before === undefined || before === "contract" ? "undone" : before;
}

/** The gate of a phase. Of a brisk contract it is both phases' own; reads that have not begun cannot run steadily. */
export function gatesAt(plan: Plan, phase: Phase): readonly GateStep[] {
  if (phase === "expand")
    return plan.columns
      .filter((column) => mayRefuseInserts(column, plan.dialect))
      .map(({ table, name }) => ({ gate: "inserts-allowed", table, column: name }));
  if (phase === "backfill") return [];
  if (phase === "switch" || phasesOf(plan).includes("switch")) return plan.gates[phase];
  const steps = [...plan.gates.switch, ...plan.gates.contract.filter((step) => step.gate !== "reads-steady")];
  const keys = steps.map((step) => JSON.stringify(step));
  return steps.filter((_, index) => keys.indexOf(keys[index] ?? "") === index);
}

function deployedPhases(plan: Plan): DeployedPhase[] {
  return phasesOf(plan).filter((phase): phase is DeployedPhase => phase !== "backfill");
}
