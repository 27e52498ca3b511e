import type { BackfillEvent } from "../../backfill/events.js";
import type { NullAnswer } from "../../backfill/input.js";
import { runOptions } from "../../backfill/pacing.js";
import { readOption } from "../../backfill/run-option.js";
import { logsItself } from "../../base/at-work.js";
import { LockstepError } from "../../base/errors.js";
import { tableLabel } from "../../model/names.js";
import { defineCommand, type Invocation, sameCommand, textOption } from "../command.js";
import { partOf } from "../part-of.js";
import { givenOptions, optionList } from "../run-options.js";
import type { Target } from "../targets.js";

export default defineCommand({
  name: "backfill run",
  endsItself: true,
  summary: "fill the rows that exist, in batches; stop and go on at any time",
  arguments: [{ name: "[plan]", description: "may be left out while one is open" }],
  options: [
    { flags: "--target <name>", description: "one target of lockstep.config.ts, or development" },
    {
      flags: "--part <i/n>",
      description: "of many targets, only every n-th, from the i-th on (a pod of n: 0/n, 1/n, …)",
    },
    { flags: "--workers <n>", description: "so many sessions share the work (default 1, at most 64)" },
    {
      flags: "--estimate",
      description: "what it would take, and what it sets off; some batches are tried and rolled back",
    },
    { flags: "--join", description: "another process may be at it: work with it" },
    ...optionList(),
    { flags: "--progress-json", description: "progress as lines of JSON on stderr" },
    { flags: "--allow-triggers", description: "your own triggers may fire for every filled row" },
    { flags: "--fill-nulls", description: "optional columns: fill rows that code may have left empty on purpose, too" },
    { flags: "--keep-nulls", description: "optional columns: leave such rows, and count the backfill as done" },
  ],

  async run(invocation) {
    const { io, workspace } = invocation;
    const { project, plugin, config } = await workspace("act");
    const [
      { choosePlan, listPlans },
      { chooseTargets },
      { assertParts },
      { runBackfill },
      { systemClock },
      { BackfillView },
      { BackfillLog, BackfillJsonLines },
      { nextText },
      { fillFunctions },
      { commandFor },
      { followFunctions, followNames, namedColumns },
      { maxSessions, numberOption },
      { estimateBackfill },
      { estimateText },
      { inGroups },
      { counted },
      { verifyPlan },
    ] = await Promise.all([
      import("../../plan/store.js"),
      import("../targets.js"),
      import("../ask-target.js"),
      import("../../backfill/runner.js"),
      import("../../dialect/db/clock.js"),
      import("../backfill-view.js"),
      import("../backfill-log.js"),
      import("../../review/terminal.js"),
      import("../../config/configured-fills.js"),
      import("../../review/words.js"),
      import("../../plan/follow-names.js"),
      import("../number-option.js"),
      import("../../backfill/estimate.js"),
      import("../../review/backfill-estimate.js"),
      import("../../review/group-status.js"),
      import("../../review/counted.js"),
      import("../../change/release/verify-plans.js"),
    ]);
    const plan = choosePlan(project.root, invocation.arguments[0]);
    await verifyPlan(project, plugin, plan);
    if (plan.backfills.length === 0)
      throw new LockstepError("LS3008", `Plan ${plan.id} fills no rows.`, { hint: "npx lockstep status" });
    if (plan.state.released === "undone") throw new LockstepError("LS3008", `Plan ${plan.id} was undone.`);
    const configured = fillFunctions(config);
    const isMissing = plan.columns.some(({ compute }) => compute !== undefined && !configured.has(compute.name));
    const functions = isMissing
      ? followFunctions(followNames(plan, namedColumns(await plugin.readModels(project))), configured)
      : configured;
    const options = givenOptions(invocation, config);
    const workers = numberOption(invocation, "workers", 1, maxSessions);
    for (const [name, option] of runOptions()) if (options[name] !== undefined) readOption(name, option, options[name]);
    const said: { readonly group?: string; readonly text: string; readonly filled: number }[] = [];
    const results: Record<string, unknown>[] = [];
    const refused: InstanceType<typeof LockstepError>[] = [];
    const all = await chooseTargets(config, project, io, textOption(invocation, "target"), true);
    const targets = partOf(all, textOption(invocation, "part"));
    const refuse = (target: Target, error: InstanceType<typeof LockstepError>) => {
      const { code, message, hint, details, cause } = error;
      // Many targets may be of one database, which is all that a message names.
      const named =
        target.group === undefined
          ? error
          : new LockstepError(code, `${target.name}: ${message}`, { ...(hint && { hint }), details, cause });
      if (refused.length > 0) io.err(`${code} ${named.message}`);
      refused.push(named);
    };
    logsItself();
    const runOn = async (target: Target) => {
      await assertParts(target, plan, project, plugin);
      for (const spec of plan.backfills) {
        const view = new BackfillView(io, target.name, spec);
        const place = { plan: plan.id, target: target.name, table: tableLabel(spec.table) };
        const shown =
          invocation.options.progressJson === true
            ? new BackfillJsonLines(io, place)
            : io.progress.isLive
              ? view
              : new BackfillLog(io, place);
        const input = (nulls: NullAnswer | undefined) => ({
          url: target.url,
          plan: plan.id,
          target: target.name,
          spec,
          clock: systemClock,
          env: io.env,
          random: Math.random,
          signal: io.signal,
          onEvent: (event: BackfillEvent) => {
            view.note(event);
            shown.show(event);
          },
          options,
          ...(workers === undefined ? {} : { workers }),
          isJoining: invocation.options.join === true,
          allowTriggers: invocation.options.allowTriggers === true,
          functions,
          isPastBackfill: plan.state.released !== "expand",
          ...(nulls === undefined ? {} : { nulls }),
        });
        if (invocation.options.estimate === true) {
          const estimate = await estimateBackfill(
            input(undefined),
            options.maxRowsPerSecond === undefined ? undefined : Number(options.maxRowsPerSecond),
          );
          said.push({ text: estimateText(target.name, view.label, estimate), filled: 0 });
          results.push({ target: target.name, ...estimate });
          continue;
        }
        const run = (nulls: NullAnswer | undefined) => runBackfill(input(nulls)).finally(() => io.progress.end());
        const result = await run(nullAnswer(invocation))
          .catch(async (error: unknown) => run(await askPerson(error, io)))
          .catch((error: unknown) => {
            // What is wrong with one backfill, or has to be answered for it, stops neither the other tables nor the other targets.
            if (!(error instanceof LockstepError) || !ofOneBackfill.has(error.code)) throw error;
            refuse(target, error);
            return undefined;
          });
        if (result === undefined) continue;
        results.push({ target: target.name, ...result });
        if (result.status === "stopped")
          throw new LockstepError(
            result.ended === undefined ? "LS5002" : "LS5025",
            `Stopped on ${target.name}${result.ended === undefined ? "" : `, ${result.ended}`}: ${view.position(result.rows)}. Nothing is lost.`,
            {
              hint: `npx lockstep backfill run ${plan.id}${invocation.options.target === undefined ? "" : ` --target ${target.name}`}`,
            },
          );
        const group = target.group === undefined ? {} : { group: target.group };
        said.push({ ...group, text: view.verdict(result), filled: result.filled });
      }
    };
    for (const target of targets)
      await runOn(target).catch((error: unknown) => {
        // One of many: the others do not wait for it. Who stops one run stops them all.
        const isStopped = error instanceof LockstepError && ["LS5002", "LS5025"].includes(error.code);
        if (target.group === undefined || !(error instanceof LockstepError) || isStopped) {
          // It would be reported at the end, which is here.
          if (refused[0] !== undefined) io.err(`${refused[0].code} ${refused[0].message}`);
          throw error;
        }
        refuse(target, error);
      });
    const { alone, groups } = inGroups(said);
    const lines = [
      ...alone.map(({ text }) => text),
      ...groups.map(({ name, members }) => {
        const filled = members.reduce((sum, each) => sum + each.filled, 0);
        return `${io.colors.green("✔")} ${name}: ${counted(members.length, "backfill")} done, ${counted(filled, "row")} filled`;
      }),
    ];
    if (invocation.options.estimate === true)
      return {
        text: [
          ...lines,
          nextText(sameCommand(`npx lockstep backfill run ${plan.id}`, invocation, "estimate"), io.colors),
        ].join("\n"),
        json: { plan: plan.id, estimates: results },
        exitCode: 0,
      };
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
    const next =
      plan.state.released === "expand" ? commandFor("next", plan, listPlans(project.root)) : "npx lockstep status";
    lines.push(nextText(next, io.colors));
    return { text: lines.join("\n"), json: { plan: plan.id, results }, exitCode: 0 };
  },
});

/** Errors about the rows, the values or the definition of one table, and questions about them. A joined run ends with its leader's (LS5029). */
const ofOneBackfill: ReadonlySet<string> = new Set([
  ...["LS2005", "LS2006", "LS2007", "LS2009", "LS2021", "LS5004", "LS5005", "LS5006", "LS5008", "LS5009", "LS5010"],
  ...["LS5011", "LS5012", "LS5013", "LS5029"],
]);

function nullAnswer({ options }: Invocation): NullAnswer | undefined {
  if (options.fillNulls === true && options.keepNulls === true)
    throw new LockstepError("LS8002", "--fill-nulls and --keep-nulls exclude each other.", {
      hint: "Give one of them.",
    });
  return options.fillNulls === true ? "fill" : options.keepNulls === true ? "keep" : undefined;
}

/** Whether NULLs that code may have chosen get a value. Anything else, or nobody to ask: the error as it is. */
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
