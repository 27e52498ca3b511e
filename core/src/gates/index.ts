import type { GateId, GateStep } from "../model/plan.js";
import type { Gate, GateAnswer, GateFacts } from "./gate.js";
import { noMissingValues } from "./no-missing-values.js";
import { phaseApplied } from "./phase-applied.js";
import { readsSteady } from "./reads-steady.js";
import { writersAware } from "./writers-aware.js";

export type { AppliedUnits, Gate, GateAnswer, GateFacts } from "./gate.js";

/** Every gate, by the id that plans name it with. */
export const gates: Readonly<Record<GateId, Gate>> = {
  "phase-applied": phaseApplied,
  "no-missing-values": noMissingValues,
  "writers-aware": writersAware,
  "reads-steady": readsSteady,
};

/**
 * Asks the gates of a phase on one target, in order.
 * @example const closed = (await askGates(plan.gates.switch, facts)).filter(({ isOpen }) => !isOpen);
 */
export async function askGates(steps: readonly GateStep[], facts: GateFacts): Promise<readonly GateAnswer[]> {
  const answers: GateAnswer[] = [];
  for (const step of steps) answers.push(await gates[step.gate](step, facts));
  return answers;
}
