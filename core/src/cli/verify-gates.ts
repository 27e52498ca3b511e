import { LockstepError } from "../base/errors.js";
import { outputFile } from "../base/files/output-file.js";
import { verifyPlan } from "../change/release/verify-plans.js";
import type { GateAnswer, GateFacts } from "../gates/gate.js";
import type { GateStep, Plan } from "../model/index.js";
import { gatesAt, nextPhase } from "../plan/next-phase.js";
import { planHash } from "../plan/plan-file.js";
import { listed } from "../review/listed.js";
import { nextText } from "../review/terminal.js";
import { askPhase, openTarget } from "./ask-target.js";
import { atOnce } from "./at-once.js";
import { type CommandResult, type Invocation, textOption, type Workspace } from "./command.js";
import { evidenceKey, integrityOf } from "./evidence-integrity.js";
import { codeHash, type GateEvidence } from "./gate-evidence.js";
import { inOneLine } from "./group-answers.js";
import { planOf } from "./plan-of.js";
import { chooseTargets, type Target } from "./targets.js";
import { typeCheckWait } from "./type-check-wait.js";
import { openWriteSites } from "./write-sites.js";

/**
 * Runs the gates of the next phase on one target, or on every member of its group, and writes the answers to a file. Confirms nothing, and
 * writes nothing else here or on the target.
 *
 * @throws LS3008 no next phase · LS8002 the target is not named · LS8016 the file cannot be written · errors of choosing a plan and a target and
 * of the gates
 */
export async function verifyGates(invocation: Invocation): Promise<CommandResult> {
  const { io, cwd } = invocation;
  const workspace = await invocation.workspace("act");
  const { project, plugin, config } = workspace;
  const output = outputFile(cwd, textOption(invocation, "out") ?? "evidence.json", "--out");
  const plan = planOf(invocation, project.root);
  await verifyPlan(project, plugin, plan);
  const phase = nextPhase(plan);
  if (phase === undefined)
    throw new LockstepError("LS3008", `Plan ${plan.id} has no next phase, so there is no gate to check.`, {
      hint: "npx lockstep status",
    });
  const { target, targets } = await oneTarget(invocation, workspace, plan);
  const steps = gatesAt(plan, phase);
  const writersOf =
    phase === "contract" ? (await openWriteSites(plan, workspace, typeCheckWait(io))).writersOf : undefined;
  const said = await atOnce(targets, (each) => askOn(each, { plan, workspace, steps, writersOf, asked: target }));
  const document: Omit<GateEvidence, "integrity"> = {
    schemaVersion: 1,
    plan: plan.id,
    planHash: planHash(plan),
    phase,
    target,
    server: listed([...new Set(said.map(({ server }) => server))], 2),
    at: io.now().toISOString(),
    code: codeHash(steps, writersOf),
    answers: said.flatMap(({ answers }) => answers),
  };
  // Hash the parsed JSON, which omits undefined values.
  const evidence: GateEvidence = {
    ...document,
    integrity: integrityOf(JSON.parse(JSON.stringify(document)) as object, io.env[evidenceKey]),
  };
  output.write(`${JSON.stringify(evidence, null, 2)}\n`);
  const file = output.name;
  const { colors } = io;
  const lines = inOneLine(
    evidence.answers.map(
      (answer) => ({ ...answer, target: answer.target ?? target }) as GateAnswer & { target: string },
    ),
    targets.filter(({ name }) => name !== target),
  );
  return {
    text: [
      `Plan ${colors.bold(plan.id)}: the gate to ${colors.bold(phase)} on ${target}, saved in ${file}${io.env[evidenceKey] ? ", signed" : ""}`,
      ...new Set(
        lines.map(({ isOpen, statement }) => `  ${isOpen ? colors.green("✔") : colors.red("✖")} ${statement}`),
      ),
      nextText(
        `npx lockstep next ${plan.id}${config.targets[target] === undefined ? ` --target ${target}` : ""} --evidence ${file}   # on this commit, within 24 hours`,
        colors,
      ),
    ].join("\n"),
    json: { file, evidence },
    exitCode: 0,
  };
}

/**
 * Returns the selected target, and the members of its group.
 *
 * @throws LS8002 there are several targets, and none is named
 */
async function oneTarget(
  invocation: Invocation,
  { project, config }: Workspace,
  plan: Plan,
): Promise<{ readonly target: string; readonly targets: readonly Target[] }> {
  const named = textOption(invocation, "target");
  const targets = await chooseTargets(config, project, invocation.io, named, false);
  const names = new Set(targets.map(({ name, group }) => (name === named ? name : (group ?? name))));
  const [target = "", ...others] = names;
  if (others.length > 0)
    throw new LockstepError("LS8002", "There are several targets. Verify one at a time.", {
      hint: `npx lockstep verify ${plan.id} --target ${target}`,
    });
  return { target, targets };
}

/** Returns the server's version and the gates' answers. Only answers of a group's member name their target. */
async function askOn(
  target: Target,
  {
    plan,
    workspace: { project, plugin },
    steps,
    writersOf,
    asked,
  }: {
    readonly plan: Plan;
    readonly workspace: Workspace;
    readonly steps: readonly GateStep[];
    readonly writersOf: GateFacts["writersOf"];
    readonly asked: string;
  },
) {
  const open = await openTarget(target, plan, project, plugin);
  const { connection } = open;
  try {
    const facts = { ...open.facts, ...(writersOf && { writersOf }), isWithoutValues: true };
    const answers = await askPhase({ ...open, facts }, steps);
    return {
      server: `${connection.label}, ${connection.dialect.versionText(connection.serverVersion)}`,
      answers: answers.map((answer) => ({
        ...answer,
        ...(target.name !== asked && { target: target.name }),
        writers: [...(answer.writers ?? [])],
      })),
    };
  } finally {
    await connection.close();
  }
}
