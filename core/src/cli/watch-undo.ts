import { LockstepError } from "../base/errors.js";
import { codeSettings } from "../config/code-settings.js";
import { connect } from "../databases/connect.js";
import type { Plan } from "../model/index.js";
import { previousPhase } from "../plan/next-phase.js";
import { listPlans, loadPlan } from "../plan/store.js";
import { readTargetState } from "../plugin/target-state.js";
import { nextStep } from "../review/next-step.js";
import { dangerWords } from "../review/verdict-words.js";
import type { Reaction } from "../review/watch.js";
import { dangersOf } from "../sql/verdicts/notice-filter.js";
import type { Invocation } from "./command.js";
import { type DeployReport, deployOn } from "./deploy-on.js";
import { takeBack } from "./take-back.js";
import type { Target } from "./targets.js";

/** The result of `--undo`. */
export interface UndoOutcome {
  readonly reactions: readonly Reaction[];
  readonly next?: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/**
 * Writes the undo of the last released phase and deploys it to the targets, if the plan shows that it is safe: no value is lost, and no
 * step blocks the running application. Prompts first on a terminal. Elsewhere `--yes` is required.
 */
export async function undoAfterAnomaly(
  invocation: Invocation,
  plan: Plan,
  targets: readonly Target[],
): Promise<UndoOutcome> {
  const { io, options } = invocation;
  const phase = plan.state.released;
  const refusal = whyUnsafe(plan) ?? (await whyMixed(invocation, plan, targets));
  if (refusal !== undefined) return notUndone(`${phase} is not reverted: ${refusal}`);
  if (options.yes !== true) {
    if (!io.isInteractive)
      return notUndone(`${phase} is not reverted: there is no terminal to confirm on, and --yes is missing`);
    if (!(await io.confirm(`Revert ${phase} of ${plan.id} and deploy that to ${names(targets)}? No value is lost.`)))
      return notUndone(`${phase} is not reverted: the answer was no`);
  }
  try {
    return await undo(invocation, plan, targets);
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    return {
      ...notUndone(`${phase} is not reverted: ${error.code} ${error.message}`),
      next: error.hint,
    };
  }
}

function notUndone(text: string): UndoOutcome {
  return { reactions: [{ isDone: false, text }], json: { written: false, why: text } };
}

const names = (targets: readonly Target[]) => targets.map(({ name }) => name).join(", ");

/** Why the undo is not safe according to the plan. Undefined: it is safe. */
function whyUnsafe(plan: Plan): string | undefined {
  const { released } = plan.state;
  if (previousPhase(plan) === "undone" || previousPhase(plan) === undefined)
    return "the column's values would be lost, and builds that write it have to go first";
  if (released !== "contract") return undefined;
  const dangers = plan.undo.contract.flatMap(({ verdict }) =>
    dangerWords({ ...verdict, concerns: dangersOf(verdict) }),
  );
  return dangers.length === 0 ? undefined : [...new Set(dangers)].join("; ");
}

/** A deployment runs everything that is pending, so nothing else may run with the undo unasked. The undo of switch deploys nothing. */
async function whyMixed(invocation: Invocation, plan: Plan, targets: readonly Target[]): Promise<string | undefined> {
  if (plan.state.released === "switch") return undefined;
  const { project, plugin } = await invocation.workspace("act");
  const plans = listPlans(project.root);
  for (const target of targets)
    try {
      const connection = await connect(target.url, { applicationName: "lockstep", needsSession: false });
      try {
        const { pending, failed } = await readTargetState(connection, { project, plugin, plans });
        // A contract that is not yet applied, or failed halfway, is what the undo reverts.
        const own = new Set(plan.state.written.map(({ file }) => file));
        const others = [...pending, ...failed].filter((name) => ![...own].some((file) => file.includes(name)));
        if (others.length > 0) return `${others.join(", ")} would be deployed to ${target.name} with it`;
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      return error.message;
    }
  return undefined;
}

async function undo(invocation: Invocation, plan: Plan, targets: readonly Target[]): Promise<UndoOutcome> {
  const { project, plugin, config } = await invocation.workspace("write");
  const to = previousPhase(plan) as Exclude<ReturnType<typeof previousPhase>, undefined>;
  const written = await takeBack({ invocation, plan, command: "undo", to });
  const { migrations = [] } = written.json as { readonly migrations?: readonly string[] };
  const plans = listPlans(project.root);
  const code = codeSettings(config);
  const reactions: Reaction[] = [
    { isDone: true, text: `${plan.state.released} is reverted in the repository, the plan is back in ${to}` },
  ];
  const reports: DeployReport[] = [];
  if (migrations.length > 0)
    for (const target of targets) {
      const report = await deployOn(target, { invocation, project, plugin, plans, code, attempts: 5 });
      reports.push(report);
      const isDone = report.status === "done" || report.status === "nothing";
      reactions.push({
        isDone,
        text: isDone
          ? `${target.name}: ${report.applied.join(", ") || "nothing"} deployed`
          : `${target.name}: the undo is not deployed: ${report.error?.message ?? report.status}`,
      });
    }
  const failed = reports.find(({ exitCode }) => exitCode !== 0);
  return {
    reactions,
    next:
      failed?.next ??
      (reports.length > 0
        ? [
            ...(plugin.words.generate === undefined ? [] : [plugin.words.generate]),
            "Review and commit.",
            "Deploy the code.",
            `npx lockstep status ${plan.id}`,
          ].join("\n")
        : nextStep(loadPlan(project.root, plan.id), plugin.words, plans)),
    json: {
      written: true,
      to,
      migrations,
      deployed: reports.map(({ target, status, applied }) => ({ target, status, applied })),
    },
  };
}
