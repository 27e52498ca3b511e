import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { LockstepError } from "../base/errors.js";
import { commandsInRepository } from "../base/files/commands-here.js";
import { type OutputFile, outputFile } from "../base/files/output-file.js";
import { refuseForeignFiles } from "../base/files/writable.js";
import { verifyPlan } from "../change/release/verify-plans.js";
import type { Connection } from "../dialect/connection.js";
import { isSameLedgerTable } from "../dialect/ledger-store.js";
import type { Plan } from "../model/index.js";
import { gatesAt, nextPhase } from "../plan/next-phase.js";
import { planFolder } from "../plan/plan-file.js";
import { listPlans } from "../plan/store.js";
import { type Measurement, measurementSchema, rehearsalSchema } from "../rehearsal/results/rehearsal.js";
import { commandFor } from "../review/messages.js";
import { reportOf } from "../review/report/report.js";
import type { AskedGate, RecordedRun, ReportInput } from "../review/report/section.js";
import { nextText } from "../review/terminal.js";
import { readBackfills } from "../target/ledger/backfills.js";
import { readDeployments } from "../target/ledger/deployments.js";
import { readProgressHistories } from "../target/ledger/progress-history.js";
import { askPhase, openTarget } from "./ask-target.js";
import { atOnce } from "./at-once.js";
import { type CommandResult, type Invocation, textOption, type Workspace } from "./command.js";
import { inOneLine } from "./group-answers.js";
import { planOf } from "./plan-of.js";
import { readStatus } from "./plan-status.js";
import { chooseTargets } from "./targets.js";
import { typeCheckWait } from "./type-check-wait.js";
import { openWriteSites } from "./write-sites.js";

/**
 * Writes the report of a plan. Connects only to a target given by `--target`, and changes nothing there.
 *
 * @throws LS8002 an invalid format · LS8016 the file cannot be written · LS3011 the plan is outside the project · LS6506 the rehearsal
 * cannot be read · errors of choosing a plan and a target
 */
export async function reportPlan(invocation: Invocation): Promise<CommandResult> {
  const { io, version = "" } = invocation;
  const format = formatOf(invocation);
  const workspace = await invocation.workspace("act");
  const { project, plugin } = workspace;
  const plan = planOf(invocation, project.root);
  await verifyPlan(project, plugin, plan);
  const output = outputOf(invocation, project.root, plan, format);
  const plans = listPlans(project.root);
  const asked = await askTargets(invocation, workspace, plan);
  const report = reportOf({
    plan,
    command: (name) => commandFor(name, plan, plans),
    words: plugin.words,
    at: io.now().toISOString(),
    version,
    ...rehearsalOf(project.root, plan),
    measured: measurementOf(project.root, plan),
    ...asked,
    source: (file) => textOf(join(project.root, file)),
  });
  const text = commandsInRepository(format === "html" ? report.html() : report.markdown(), project.root);
  output?.write(text);
  const file = output?.name;
  const isReached = asked.targets?.every(({ error }) => error === undefined) ?? true;
  const next = report.data.rehearsedAt === undefined && plan.state.released !== "undone" ? "rehearse" : "status";
  return {
    text:
      file === undefined
        ? text.trimEnd()
        : [
            `The report of ${io.colors.bold(plan.id)}: ${file}`,
            nextText(
              next === "rehearse" ? commandFor("rehearse", plan, plans) : `npx lockstep status ${plan.id}`,
              io.colors,
            ),
          ].join("\n"),
    json: { ...(file !== undefined && { file }), report: report.data },
    exitCode: isReached ? 0 : 3,
  };
}

/** @throws LS8002 */
function formatOf(invocation: Invocation): "html" | "markdown" {
  const format = textOption(invocation, "format") ?? "html";
  if (format === "html" || format === "markdown") return format;
  throw new LockstepError("LS8002", `--format is ${JSON.stringify(format)}, but must be html or markdown.`, {
    hint: "For example: --format markdown",
  });
}

/**
 * Where the report is written: the file of `--out`, else next to the plan. Undefined: the terminal.
 *
 * @throws LS8016 it cannot be written · LS3011 the plan is outside the project
 */
function outputOf(
  invocation: Invocation,
  root: string,
  plan: Plan,
  format: "html" | "markdown",
): OutputFile | undefined {
  const named = textOption(invocation, "out");
  if (named !== undefined) return outputFile(invocation.cwd, named, "--out");
  if (format === "markdown") return undefined;
  const file = `${planFolder(plan.id)}/report.html`;
  refuseForeignFiles(root, [file]);
  return outputFile(root, file, "--out");
}

/** @throws LS6506 */
function rehearsalOf(root: string, plan: Plan): Pick<ReportInput, "rehearsal" | "isOutdated"> {
  const file = `${planFolder(plan.id)}/rehearsal.json`;
  const text = textOf(join(root, file));
  if (text === undefined) return {};
  const rehearsal = readAs(rehearsalSchema, text, file);
  return rehearsal.fingerprint === plan.fingerprint ? { rehearsal } : { isOutdated: true };
}

/** @throws LS6506 */
function measurementOf(root: string, plan: Plan): Measurement | undefined {
  const file = `${planFolder(plan.id)}/measured.json`;
  const text = textOf(join(root, file));
  return text === undefined ? undefined : readAs(measurementSchema, text, file);
}

function readAs<T>(schema: z.ZodType<T>, text: string, file: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new LockstepError("LS6506", `${file} cannot be read: ${why}`, { cause: error });
  }
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** Reads from the targets of `--target` the plan's state, the gate results of its next phase, and their ledgers. */
async function askTargets(
  invocation: Invocation,
  workspace: Workspace,
  plan: Plan,
): Promise<Pick<ReportInput, "targets" | "gates" | "runs" | "deployments">> {
  const { io } = invocation;
  const { project, plugin, config } = workspace;
  const named = textOption(invocation, "target");
  if (named === undefined) return {};
  const targets = await chooseTargets(config, project, io, named, true);
  const status = await readStatus(plan, { targets }, project, plugin);
  const phase = nextPhase(plan);
  const reached = targets.filter(({ name }) =>
    status.targets.some(({ target, error }) => target === name && error === undefined),
  );
  const writersOf =
    phase === "contract" && reached.length > 0
      ? (await openWriteSites(plan, workspace, typeCheckWait(io))).writersOf
      : undefined;
  const said = await atOnce(reached, async (target) => {
    const open = await openTarget(target, plan, project, plugin);
    try {
      const facts = { ...open.facts, ...(writersOf && { writersOf }), isWithoutValues: true, isWithoutKeys: true };
      const answers = phase === undefined ? [] : await askPhase({ ...open, facts }, gatesAt(plan, phase));
      return {
        gates: answers.map((answer): AskedGate => ({ ...answer, target: target.name })),
        runs: await runsOn(open.connection, plan, target.name),
        deployments: (await readDeployments(open.connection, plan.id)).map((each) => ({
          ...each,
          target: target.name,
        })),
      };
    } finally {
      await open.connection.close();
    }
  });
  const members = targets.filter(({ group }) => group !== undefined);
  return {
    targets: status.targets.map(({ target, phases, error }) =>
      error === undefined ? { target, phases } : { target, error },
    ),
    ...(phase !== undefined && {
      gates: inOneLine(
        said.flatMap(({ gates }) => gates),
        members,
      ).map(({ gate, isOpen, subject, statement, help, target }) => ({
        gate,
        isOpen,
        statement,
        target,
        ...(subject !== undefined && { subject }),
        ...(help !== undefined && { help }),
      })),
    }),
    runs: said.flatMap(({ runs }) => runs),
    deployments: said.flatMap(({ deployments }) => deployments),
  };
}

async function runsOn(connection: Connection, plan: Plan, target: string): Promise<readonly RecordedRun[]> {
  const records = await readBackfills(connection, plan.id);
  const histories = await readProgressHistories(connection, plan.id);
  return records.map(({ table, once, status, startedAt, finishedAt, work, rowsDone, batches }) => {
    const kept = histories.find((each) => each.once === once && isSameLedgerTable(each.table, table));
    return {
      target,
      table,
      columns: work.columns,
      status,
      startedAt,
      finishedAt,
      rows: rowsDone,
      batches,
      ...(kept && { history: kept.history }),
    };
  });
}
