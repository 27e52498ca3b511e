import { join, resolve } from "node:path";
import { LockstepError } from "../base/errors.js";
import { refuseForeignFiles } from "../base/files/writable.js";
import { replaceFile } from "../base/files/write-files.js";
import { verifyPlan } from "../change/release/verify-plans.js";
import { fillFunctions } from "../config/configured-fills.js";
import type { LockstepConfig } from "../config/schema.js";
import type { DumpStatement } from "../dialect/rehearsing.js";
import { readStats, type Stats, statsOf } from "../dialect/stats/stats-file.js";
import type { Plan } from "../model/index.js";
import { planFolder } from "../plan/plan-file.js";
import { tablesOf } from "../plan/tables-of.js";
import type { OwnBuilds } from "../rehearsal/run/application.js";
import { type RehearseEvent, rehearse } from "../rehearsal/run/rehearse.js";
import { counted } from "../review/counted.js";
import { rehearsalText } from "../review/rehearsal.js";
import { nextText } from "../review/terminal.js";
import { printable } from "../sql/printable.js";
import { type CommandResult, type Invocation, textOption } from "./command.js";
import type { Io } from "./io.js";
import { numberOption } from "./number-option.js";
import { planOf } from "./plan-of.js";
import { givenOptions } from "./run-options.js";

const defaultRate = 100;
const defaultRows = 100_000;
/** Default limit for the rows of all the plan's tables together: a laptop can create and process them in minutes. */
const mostRows = 1_000_000;
/** How long the rehearsal observes the application before it changes anything. */
const calmMs = 3000;

/**
 * Rehearses a plan, prints the result, and stores it next to the plan.
 *
 * @throws LS8002 invalid options · LS3008 the plan was undone · errors of choosing a plan and rehearsing
 */
export async function rehearsePlan(invocation: Invocation): Promise<CommandResult> {
  const { io, cwd } = invocation;
  const { project, plugin, config } = await invocation.workspace("act");
  const plan = planOf(invocation, project.root);
  if (plan.state.released === "undone") throw new LockstepError("LS3008", `Plan ${plan.id} was undone.`);
  await verifyPlan(project, plugin, plan);
  const file = `${planFolder(plan.id)}/rehearsal.json`;
  refuseForeignFiles(project.root, [file]);
  const stats = readStats(project.root);
  const dump = textOption(invocation, "from");
  const rehearsal = await rehearse({
    project,
    plugin,
    plan,
    stats,
    scale: scaleOf(invocation, plan, stats),
    defaultRows: numberOption(invocation, "rows", 1) ?? defaultRows,
    rate: numberOption(invocation, "rate", 1) ?? config.rehearse?.rate ?? defaultRate,
    calmMs,
    functions: fillFunctions(config),
    backfillOptions: givenOptions(invocation, config),
    values: config.rehearse?.values ?? {},
    stageUrl: textOption(invocation, "stageUrl"),
    copyOf: textOption(invocation, "url"),
    dump: dump === undefined ? undefined : resolve(cwd, dump),
    hasReplica: invocation.options.replica === true,
    builds: buildsOf(config),
    signal: io.signal,
    now: () => io.now(),
    on: (event) => show(event, io),
  })
    .catch((error: unknown) => {
      // The run was interrupted, whichever part reported it first.
      if (io.signal.aborted) return undefined;
      throw error;
    })
    .finally(() => io.progress.end());
  if (rehearsal === undefined)
    return {
      text: [
        "Stopped: the scratch database was dropped, and nothing was written.",
        nextText(`npx lockstep rehearse ${plan.id}`, io.colors),
      ].join("\n"),
      json: { plan: plan.id, isStopped: true },
      exitCode: 130,
    };
  replaceFile(join(project.root, file), `${JSON.stringify(rehearsal, null, 2)}\n`);
  const isFine = rehearsal.findings.length === 0;
  return {
    text: [
      rehearsalText(rehearsal, io.colors),
      `Figures: ${file}`,
      nextText(
        isFine ? `npx lockstep status ${plan.id}` : `Fix what is listed above.\nnpx lockstep rehearse ${plan.id}`,
        io.colors,
      ),
    ].join("\n"),
    json: { file, rehearsal },
    exitCode: isFine ? 0 : 1,
  };
}

function buildsOf({ rehearse }: LockstepConfig): OwnBuilds | undefined {
  const { old, new: after, load } = rehearse ?? {};
  return old === undefined || after === undefined || load === undefined ? undefined : { old, new: after, load };
}

/** @throws LS8002 an invalid scale */
function scaleOf(invocation: Invocation, plan: Plan, stats: Stats | undefined): number {
  const text = textOption(invocation, "scale");
  if (text === undefined) {
    const rows = tablesOf(plan).reduce((sum, table) => sum + ((stats && statsOf(stats, table)?.rows) ?? 0), 0);
    return rows > mostRows ? Number((mostRows / rows).toPrecision(2)) : 1;
  }
  const scale = Number(text);
  if (scale > 0 && scale <= 10) return scale;
  throw new LockstepError(
    "LS8002",
    `--scale is ${JSON.stringify(text)}, but must be a fraction of production's rows.`,
    {
      hint: "For example: --scale 0.1",
    },
  );
}

function show(event: RehearseEvent, io: Io): void {
  const { kind } = event;
  if (kind === "rows")
    io.progress.update(`making rows: ${counted(event.rows, "row")} of ${counted(event.total, "row")}`);
  else if (kind === "backfill")
    io.progress.update(`  ${counted(event.rows, "row")} of about ${counted(event.total, "row")}`);
  else {
    io.progress.end();
    io.err(lineOf(event));
  }
}

/** Maximum number of statements to list. */
const namedLines = 5;

function leftOutText(statements: readonly DumpStatement[]): string {
  const named = statements.slice(0, namedLines).map(({ line, text }) => {
    const words = text.split(/\s+/).slice(0, 3).join(" ");
    return `line ${line} (${printable(words)})`;
  });
  const more = statements.length > namedLines ? ", …" : "";
  return `  Left out of the dump, for lack of privileges: ${counted(statements.length, "statement")}: ${named.join(", ")}${more}`;
}

function lineOf(event: Exclude<RehearseEvent, { kind: "rows" | "backfill" }>): string {
  switch (event.kind) {
    case "stage":
      return `A scratch database on ${event.server}`;
    case "left-out":
      return leftOutText(event.statements);
    case "way":
      return event.way === "naive" ? "The ORM's own migration" : "The plan";
    case "step":
      return `  ${event.step.kind === "undo" ? "back: " : ""}${event.step.title}`;
  }
}
