import { estimateBackfill } from "../backfill/estimate.js";
import type { BackfillEvent } from "../backfill/events.js";
import type { NullAnswer } from "../backfill/input.js";
import { readOption } from "../backfill/run-option.js";
import { runOptions } from "../backfill/run-options.js";
import { runBackfill } from "../backfill/runner.js";
import { beQuiet } from "../base/at-work.js";
import { LockstepError } from "../base/errors.js";
import { verifyPlan } from "../change/release/verify-plans.js";
import { fillFunctions } from "../config/configured-fills.js";
import { systemClock } from "../dialect/db/clock.js";
import type { BackfillSpec, Plan } from "../model/index.js";
import { tableLabel } from "../model/names.js";
import { followFunctions, followNames, namedColumns } from "../plan/follow-names.js";
import { listPlans } from "../plan/store.js";
import { estimateText } from "../review/backfill-estimate.js";
import { counted } from "../review/counted.js";
import { inGroups } from "../review/group-status.js";
import { commandFor } from "../review/messages.js";
import { nextText } from "../review/terminal.js";
import { assertParts } from "./ask-target.js";
import { BackfillJsonLines, BackfillLog } from "./backfill-log.js";
import { BackfillView } from "./backfill-view.js";
import { type CommandResult, type Invocation, sameCommand, textOption, type Workspace } from "./command.js";
import { maxSessions, numberOption } from "./number-option.js";
import { partOf } from "./part-of.js";
import { planOf } from "./plan-of.js";
import { givenOptions } from "./run-options.js";
import { chooseTargets, type Target } from "./targets.js";

/** A run of all backfills of a plan, with its results so far. */
interface Run {
  readonly invocation: Invocation;
  readonly workspace: Workspace;
  readonly plan: Plan;
  readonly functions: ReturnType<typeof fillFunctions>;
  readonly options: ReturnType<typeof givenOptions>;
  readonly workers: number | undefined;
  readonly said: { readonly group?: string; readonly text: string; readonly filled: number }[];
  readonly results: Record<string, unknown>[];
  readonly refused: LockstepError[];
}

/**
 * Runs or estimates the backfills of a plan, target by target.
 *
 * @throws LS3008 the plan fills no rows, or was undone · LS5002 and LS5025 the run was stopped · a single backfill's error, after the
 * others have ended
 */
export async function runBackfills(invocation: Invocation): Promise<CommandResult> {
  const workspace = await invocation.workspace("act");
  const { project, plugin, config } = workspace;
  const plan = planOf(invocation, project.root);
  await verifyPlan(project, plugin, plan);
  if (plan.backfills.length === 0)
    throw new LockstepError("LS3008", `Plan ${plan.id} has no rows to fill.`, { hint: "npx lockstep status" });
  if (plan.state.released === "undone") throw new LockstepError("LS3008", `Plan ${plan.id} was undone.`);
  const functions = await functionsFor(plan, workspace);
  const options = givenOptions(invocation, config);
  const workers = numberOption(invocation, "workers", 1, maxSessions);
  for (const [name, option] of runOptions())
    if (options[name] !== undefined) readOption(name, option, options[name], plan.id);
  const run: Run = { invocation, workspace, plan, functions, options, workers, said: [], results: [], refused: [] };
  const all = await chooseTargets(config, project, invocation.io, textOption(invocation, "target"), true);
  const targets = partOf(all, textOption(invocation, "part"));
  beQuiet(true);
  for (const target of targets) await runOnTarget(target, run);
  return resultOf(run);
}

/** The functions of the config, found by the current model names. */
async function functionsFor(plan: Plan, { project, plugin, config }: Workspace): Promise<Run["functions"]> {
  const configured = fillFunctions(config);
  const isMissing = plan.columns.some(({ compute }) => compute !== undefined && !configured.has(compute.name));
  return isMissing
    ? followFunctions(followNames(plan, namedColumns(await plugin.readModels(project))), configured)
    : configured;
}

/** Runs all backfills on one target. An error on one target of a group does not end the run on the others. */
async function runOnTarget(target: Target, run: Run): Promise<void> {
  const { invocation, workspace, plan, refused } = run;
  try {
    await assertParts(target, plan, workspace.project, workspace.plugin);
    for (const spec of plan.backfills) await runOne(target, spec, run);
  } catch (error) {
    // Stopping one run stops all of them.
    const isStopped = error instanceof LockstepError && ["LS5002", "LS5025"].includes(error.code);
    if (target.group === undefined || !(error instanceof LockstepError) || isStopped) {
      // The run ends here, so report the first collected error now.
      if (refused[0] !== undefined) invocation.io.err(`${refused[0].code} ${refused[0].message}`);
      throw error;
    }
    refuse(target, error, run);
  }
}

/** Collects an error to report at the end of the run. */
function refuse(target: Target, error: LockstepError, { invocation, refused }: Run): void {
  const { code, message, hint, details, cause } = error;
  // Targets can share one database, and the message may name only that.
  const named =
    target.group === undefined
      ? error
      : new LockstepError(code, `${target.name}: ${message}`, { ...(hint && { hint }), details, cause });
  if (refused.length > 0) invocation.io.err(`${code} ${named.message}`);
  refused.push(named);
}

async function runOne(target: Target, spec: BackfillSpec, run: Run): Promise<void> {
  const { invocation, plan, options, said, results } = run;
  const { io } = invocation;
  const view = new BackfillView(io, target.name, spec);
  const place = { plan: plan.id, target: target.name, table: tableLabel(spec.table) };
  const shown =
    invocation.options.progressJson === true
      ? new BackfillJsonLines(io, place)
      : io.progress.isLive
        ? view
        : new BackfillLog(io, place);
  const onEvent = (event: BackfillEvent) => {
    view.note(event);
    shown.show(event);
  };
  const input = (nulls: NullAnswer | undefined) => ({
    ...inputFor(target, spec, run),
    onEvent,
    ...(nulls === undefined ? {} : { nulls }),
  });
  if (invocation.options.estimate === true) {
    const { maxRowsPerSecond } = options;
    const estimate = await estimateBackfill(
      input(undefined),
      maxRowsPerSecond === undefined ? undefined : Number(maxRowsPerSecond),
    );
    said.push({ text: estimateText(target.name, view.label, estimate), filled: 0 });
    results.push({ target: target.name, ...estimate });
    return;
  }
  const fill = (nulls: NullAnswer | undefined) => runBackfill(input(nulls)).finally(() => io.progress.end());
  const result = await fill(nullAnswer(invocation))
    .catch(async (error: unknown) => fill(await askPerson(error, io)))
    .catch((error: unknown) => {
      // An error or open question of one backfill stops neither the other tables nor the other targets.
      if (!(error instanceof LockstepError) || !ofOneBackfill.has(error.code)) throw error;
      refuse(target, error, run);
      return undefined;
    });
  if (result === undefined) return;
  results.push({ target: target.name, ...result });
  if (result.status === "stopped") {
    const of = `${plan.id}${invocation.options.target === undefined ? "" : ` --target ${target.name}`}`;
    const run = `npx lockstep backfill run ${of}`;
    throw new LockstepError(
      result.ended === undefined ? "LS5002" : "LS5025",
      `Stopped on ${target.name}${result.ended === undefined ? "" : `, ${result.ended}`}: ${view.position(result.rows)}. No progress is lost.`,
      {
        // A cancelled run is not paused any more.
        hint:
          view.isPaused && result.ended === undefined
            ? `npx lockstep backfill resume ${of}   # it is paused: a new run would wait\n${run}`
            : run,
      },
    );
  }
  const group = target.group === undefined ? {} : { group: target.group };
  said.push({ ...group, text: view.verdict(result), filled: result.filled });
}

function inputFor(target: Target, spec: BackfillSpec, { invocation, plan, functions, options, workers }: Run) {
  const { io } = invocation;
  return {
    url: target.url,
    plan: plan.id,
    target: target.name,
    spec,
    clock: systemClock,
    env: io.env,
    random: Math.random,
    signal: io.signal,
    options,
    workers: workers ?? ("idle" as const),
    isJoining: invocation.options.join === true,
    allowTriggers: invocation.options.allowTriggers === true,
    functions,
    isPastBackfill: plan.state.released !== "expand",
  };
}

/** @throws the error of the first failed backfill */
function resultOf({ invocation, workspace, plan, said, results, refused }: Run): CommandResult {
  const { io } = invocation;
  const { alone, groups } = inGroups(said);
  const lines = [
    ...alone.map(({ text }) => text),
    ...groups.map(({ name, members }) => {
      const filled = members.reduce((sum, each) => sum + each.filled, 0);
      return `${io.colors.green("✔")} ${name}: ${counted(members.length, "backfill")} done, ${counted(filled, "row")} filled`;
    }),
  ];
  if (invocation.options.estimate === true) {
    const next = sameCommand(`npx lockstep backfill run ${plan.id}`, invocation, "estimate");
    return {
      text: [...lines, nextText(next, io.colors)].join("\n"),
      json: { plan: plan.id, estimates: results },
      exitCode: 0,
    };
  }
  const [first, ...others] = refused;
  if (first !== undefined) {
    for (const line of lines) io.err(line);
    const { code, message, hint, details, cause } = first;
    const more = others.map((other) => ({ code: other.code, message: other.message, details: other.details }));
    throw new LockstepError(code, message, {
      ...(hint === undefined ? {} : { hint }),
      details: { ...details, results, alsoRefused: more },
      cause,
    });
  }
  const { root } = workspace.project;
  const next = plan.state.released === "expand" ? commandFor("next", plan, listPlans(root)) : "npx lockstep status";
  lines.push(nextText(next, io.colors));
  return { text: lines.join("\n"), json: { plan: plan.id, results }, exitCode: 0 };
}

/** Errors and questions about the rows, the values or the definition of one table. A joined run ends with its leader's error (LS5029). */
const ofOneBackfill: ReadonlySet<string> = new Set([
  ...["LS2005", "LS2006", "LS2007", "LS2009", "LS2021", "LS5004", "LS5005", "LS5006", "LS5008", "LS5009", "LS5010"],
  ...["LS5011", "LS5012", "LS5013", "LS5029"],
]);

function nullAnswer({ options }: Invocation): NullAnswer | undefined {
  if (options.fillNulls === true && options.keepNulls === true)
    throw new LockstepError("LS8002", "--fill-nulls and --keep-nulls cannot be combined.", {
      hint: "Use one of them.",
    });
  return options.fillNulls === true ? "fill" : options.keepNulls === true ? "keep" : undefined;
}

/** Asks whether to fill NULLs that the application may have set. Rethrows any other error, and this one too without a terminal. */
async function askPerson(error: unknown, io: Invocation["io"]): Promise<NullAnswer> {
  if (!(error instanceof LockstepError) || (error.code !== "LS5009" && error.code !== "LS5010") || !io.isInteractive)
    throw error;
  io.err(`${error.message}\n${error.why}`);
  const answer = await io.pick<NullAnswer>("What about rows without a value?", [
    { value: "keep", label: "leave them, and count the backfill as done" },
    { value: "fill", label: "fill them" },
  ]);
  if (answer === undefined) throw error;
  return answer;
}
