import { readPlannedRows } from "../deploy/skipped-releases.js";
import { isContractTakenBack } from "../deploy/taken-back.js";
import type { Connection } from "../dialects/connection.js";
import type { GateAnswer } from "../gates/gate.js";
import type { Plan } from "../model/index.js";
import { gatesAt } from "../plan/next-phase.js";
import type { OrmPlugin, Project } from "../plugin.js";
import type { TargetState } from "../release/target-state.js";
import { askAbout } from "./ask-target.js";
import type { Invocation } from "./command.js";
import { confirmations, helpOf, passOn } from "./pass-gate.js";
import type { Target } from "./targets.js";

/** What the gates of the phases in a deployment said on one target. */
export interface DeployGates {
  readonly answers: readonly (Pick<GateAnswer, "isOpen" | "statement"> & { readonly plan: string })[];
  /** The command that opens them; undefined when they are open. */
  readonly help: string | undefined;
}

/**
 * Asks the gates of every expand and contract that a deployment would carry, on this target. `next` asked those of a contract when it
 * released it: this target may have been behind, new, or written to since.
 */
export async function askDeployGates(request: {
  readonly invocation: Invocation;
  readonly target: Target;
  readonly connection: Connection;
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly plans: readonly Plan[];
  readonly state: TargetState;
}): Promise<DeployGates> {
  const { invocation, target, connection, project, plugin, plans, state } = request;
  const answers: DeployGates["answers"][number][] = [];
  const isPending = (plan: Plan, phase: string) =>
    state.units.some((unit) => unit.plan.id === plan.id && unit.phase === phase && unit.kind === "phase");
  const contracts = plans.filter((plan) => isPending(plan, "contract") && !isContractTakenBack(state, plan));
  const expands = plans.filter((plan) => plan.state.released !== "undone" && isPending(plan, "expand"));
  // A target without these has nothing to confirm; the flag may be meant for the next one.
  const steps = [
    ...expands.flatMap((plan) => gatesAt(plan, "expand")),
    ...contracts.flatMap((plan) => gatesAt(plan, "contract")),
  ];
  const confirmed = steps.length === 0 ? new Set<string>() : confirmations(invocation, steps);
  for (const plan of expands) {
    const own = gatesAt(plan, "expand");
    if (own.length === 0 || (await readPlannedRows(connection, plan, target.name, true)).kind === "none") continue;
    const open = await askAbout(target, connection, plan, project, plugin);
    const said = await passOn(open, own, confirmed, invocation);
    answers.push(...said.map(({ isOpen, statement }) => ({ plan: plan.id, isOpen, statement })));
    if (said.some((answer) => !answer.isOpen)) return { answers, help: helpOf(said, `deploy --target ${target.name}`) };
  }
  for (const plan of contracts) {
    const rows = await readPlannedRows(connection, plan, target.name, isPending(plan, "expand"));
    if (rows.kind !== "ask") {
      const isOpen = rows.kind !== "cannot-be-filled";
      answers.push({ plan: plan.id, isOpen, statement: rows.statement });
      if (rows.kind === "cannot-be-filled") return { answers, help: rows.help };
      continue;
    }
    const open = await askAbout(target, connection, plan, project, plugin);
    // Contract itself is about to run, and what has failed is looked at by the deployment: what counts is everything before it.
    const facts = { ...open.facts, units: { ...open.facts.units, failed: [], pending: [] } };
    const said = await passOn({ ...open, facts }, gatesAt(plan, "contract"), confirmed, invocation);
    answers.push(...said.map(({ isOpen, statement }) => ({ plan: plan.id, isOpen, statement })));
    if (said.some((answer) => !answer.isOpen)) return { answers, help: helpOf(said, `deploy --target ${target.name}`) };
  }
  return { answers, help: undefined };
}
