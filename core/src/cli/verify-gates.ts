import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { LockstepError } from "../errors.js";
import { gatesAt, nextPhase } from "../plan/next-phase.js";
import { planHash } from "../plan/plan-file.js";
import { choosePlan, verifyUnits } from "../plan/store.js";
import { nextText } from "../review/terminal.js";
import { askPhase, openTarget } from "./ask-target.js";
import { type CommandResult, type Invocation, textOption } from "./command.js";
import { codeHash, type GateEvidence } from "./gate-evidence.js";
import { chooseTargets } from "./targets.js";
import { typeCheckWait } from "./type-check-wait.js";
import { openWriteSites } from "./write-sites.js";

/**
 * Asks the gates of the next phase on one target, and writes what they said. Nothing is confirmed and nothing else is written, here or
 * there.
 *
 * @throws LS8002 nothing comes next, or the target is not named · what choosing a plan and a target and asking throws
 */
export async function verifyGates(invocation: Invocation): Promise<CommandResult> {
  const { io, cwd } = invocation;
  const workspace = await invocation.workspace("act");
  const { project, plugin, config } = workspace;
  const plan = choosePlan(project.root, invocation.arguments[0]);
  verifyUnits(project.root, plan);
  const phase = nextPhase(plan);
  if (phase === undefined)
    throw new LockstepError("LS8002", `Plan ${plan.id}: no phase comes next, so there is no gate to ask.`, {
      hint: "npx lockstep status",
    });
  const [target, other] = await chooseTargets(config, project, io, textOption(invocation, "target"), false);
  if (target === undefined || other !== undefined)
    throw new LockstepError("LS8002", "There are several targets; the answers are those of one.", {
      hint: `npx lockstep verify ${plan.id} --target ${target?.name}`,
    });
  const steps = gatesAt(plan, phase);
  const writersOf =
    phase === "contract" ? (await openWriteSites(plan, workspace, typeCheckWait(io))).writersOf : undefined;
  const open = await openTarget(target, plan, project, plugin);
  const { connection } = open;
  try {
    const facts = { ...open.facts, ...(writersOf && { writersOf }) };
    const evidence: GateEvidence = {
      schemaVersion: 1,
      plan: plan.id,
      planHash: planHash(plan),
      phase,
      target: target.name,
      server: `${connection.label}, ${connection.dialect.versionText(connection.serverVersion)}`,
      at: io.now().toISOString(),
      code: codeHash(steps, writersOf),
      answers: (await askPhase({ ...open, facts }, steps)).map((answer) => ({
        ...answer,
        writers: [...(answer.writers ?? [])],
      })),
    };
    const file = textOption(invocation, "out") ?? "evidence.json";
    writeFileSync(resolve(cwd, file), `${JSON.stringify(evidence, null, 2)}\n`);
    const { colors } = io;
    return {
      text: [
        `Plan ${colors.bold(plan.id)}: what the gate to ${colors.bold(phase)} says on ${target.name}, in ${file}`,
        ...new Set(
          evidence.answers.map(
            ({ isOpen, statement }) => `  ${isOpen ? colors.green("✔") : colors.red("✖")} ${statement}`,
          ),
        ),
        nextText(`within 24 hours, on this commit: npx lockstep next ${plan.id} --evidence ${file}`, colors),
      ].join("\n"),
      json: { file, evidence },
      exitCode: 0,
    };
  } finally {
    await connection.close();
  }
}
