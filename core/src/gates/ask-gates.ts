import type { GateStep } from "../model/plan.js";
import type { GateAnswer, GateFacts } from "./gate.js";
import { gates } from "./index.js";

/**
 * Checks the gates of a phase on one target, in order.
 * @example const closed = (await askGates(plan.gates.switch, facts)).filter(({ isOpen }) => !isOpen);
 */
export async function askGates(steps: readonly GateStep[], facts: GateFacts): Promise<readonly GateAnswer[]> {
  const answers: GateAnswer[] = [];
  for (const step of steps) {
    const gate = gates[step.gate];
    if (gate === undefined) throw new Error(`the plan names a gate that does not exist: ${step.gate}`);
    answers.push(await gate.ask(step, facts));
  }
  return answers;
}
