import { LockstepError } from "../base/errors.js";
import { toItsEnd } from "../base/to-its-end.js";
import { verifyPlan } from "../change/release/verify-plans.js";
import { connect } from "../databases/connect.js";
import type { Plan } from "../model/index.js";
import { chooseTool } from "../mysql/online/choose-tool.js";
import { runCopy } from "../mysql/online/run-copy.js";
import { onlineUnits, recordCopy } from "../mysql/online/units.js";
import { nextText } from "../review/terminal.js";
import { requireSystem } from "../target/facts/same-system.js";
import { type CommandResult, type Invocation, onTarget, sameCommand, textOption } from "./command.js";
import { CopyView } from "./copy-view.js";
import { numberOption } from "./number-option.js";
import { planOf } from "./plan-of.js";
import { chooseTargets, type Target } from "./targets.js";

type OnlineUnit = ReturnType<typeof onlineUnits>[number];
type CopySettings = Pick<
  Parameters<typeof runCopy>[0],
  "tool" | "maxLagSeconds" | "chunkMs" | "allowForeignKeys" | "withoutReplicas" | "cleanUp" | "isDryRun"
>;

/**
 * Copies the tables of a plan with a tool, one target after another.
 *
 * @throws LS5024 the plan has no such table · LS8002 no such tool · errors of the tool's run
 */
export async function copyTables(invocation: Invocation): Promise<CommandResult> {
  const { io, options } = invocation;
  const { project, plugin, config } = await invocation.workspace("act");
  const plan = planOf(invocation, project.root);
  await verifyPlan(project, plugin, plan);
  const units = onlineUnits(plan);
  if (units.length === 0) throw new LockstepError("LS5024", `Plan ${plan.id} has no table to copy with a tool.`);
  const settings: CopySettings = {
    tool: chooseTool(textOption(invocation, "tool")),
    maxLagSeconds: numberOption(invocation, "maxLag", 1) ?? 1,
    chunkMs: numberOption(invocation, "chunkTime", 10) ?? 100,
    allowForeignKeys: options.allowForeignKeys === true,
    withoutReplicas: options.withoutReplicas === true,
    cleanUp: options.cleanUp === true,
    isDryRun: options.dryRun === true,
  };
  const lines: string[] = [];
  const results: Record<string, unknown>[] = [];
  for (const target of await chooseTargets(config, project, io, textOption(invocation, "target"), true)) {
    for (const spec of units) {
      const { result, verdict } = await copyTable(target, spec, { invocation, plan, cwd: project.root, settings });
      results.push({ target: target.name, table: spec.table.name, result });
      lines.push(verdict);
    }
  }
  const next = settings.isDryRun
    ? sameCommand(`npx lockstep online run ${plan.id}`, invocation)
    : onTarget("npx lockstep deploy", invocation);
  lines.push(nextText(next, io.colors));
  return { text: lines.join("\n"), json: { plan: plan.id, results }, exitCode: 0 };
}

async function copyTable(
  target: Target,
  spec: OnlineUnit,
  run: {
    readonly invocation: Invocation;
    readonly plan: Plan;
    readonly cwd: string;
    readonly settings: CopySettings;
  },
) {
  const { invocation, plan, cwd, settings } = run;
  const { io, options } = invocation;
  const view = new CopyView(io, target.name, spec, options.progressJson === true);
  // Each copy needs its own session, because its lock ends with the session.
  const connection = await connect(target.url, { applicationName: "lockstep online run" });
  try {
    requireSystem(connection, plan, target.name);
    const copy = () =>
      runCopy({
        ...settings,
        url: target.url,
        connection,
        spec,
        cwd,
        env: io.env,
        signal: io.signal,
        now: () => io.now(),
        onEvent: (event) => view.show(event),
      });
    // If interrupted, the copy removes its triggers and its table.
    const result = await toItsEnd(copy).finally(() => io.progress.end());
    if (!settings.isDryRun) await recordCopy(connection, plan, spec, settings.tool.program);
    return { result, verdict: view.verdict(result) };
  } finally {
    await connection.close();
  }
}
