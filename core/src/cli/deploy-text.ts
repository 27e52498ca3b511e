import type { Plan } from "../model/index.js";
import type { DeployEvent } from "../operate/deploy/deploy-target.js";
import { migrationOf } from "../plan/migration-of.js";
import { releasesOf } from "../plan/releases.js";
import { isOpen } from "../plan/store.js";
import type { Colors } from "../review/colors.js";
import { columns } from "../review/columns.js";
import { counted } from "../review/counted.js";
import { afterExpand } from "../review/next-step.js";
import { numbered } from "../review/terminal.js";
import { unlistedStatement } from "../review/unlisted.js";
import type { DeployReport } from "./deploy-on.js";

/** The complete order, printed before the first step runs. */
export function orderLines(target: string, pending: readonly string[], steps: readonly string[]): readonly string[] {
  const now = `now: ${pending.join(", ")}`;
  return [`${target}: the undo is deployed in this order:`, ...numbered([now, ...steps])];
}

/**
 * What follows a complete deployment. An undo of expand, and the contract of a plan that only drops, run after their code.
 *
 * @param isPartial other targets were not deployed: they come first. Default: false
 */
export function afterDeploy(plans: readonly Plan[], applied: readonly string[], isPartial = false): string {
  const late = plans.flatMap((plan) =>
    releasesOf(plan)
      .filter(({ kind, phase }) =>
        kind === "undo"
          ? phase === "expand"
          : phase === "contract" && plan.drops !== undefined && plan.columns.length === 0,
      )
      .map(({ file }) => migrationOf(file)),
  );
  const isCodeLive = applied.length > 0 && applied.every((name) => late.includes(name));
  if (isCodeLive) return "npx lockstep status";
  const isDeployed = (plan: Plan) => releasesOf(plan).some(({ file }) => applied.includes(migrationOf(file)));
  const [only, ...others] = isPartial ? [] : plans.filter(isDeployed);
  const next =
    only?.state.released === "expand" && isOpen(only) && only.state.undos === undefined && others.length === 0
      ? afterExpand(only, plans)
      : "npx lockstep status";
  return `Deploy the code of this commit.\n${next}`;
}

/** Describes a deployment event for people. */
export function eventText(event: DeployEvent, target: string, colors: Colors): string {
  switch (event.kind) {
    case "line":
      return colors.dim(`${target}  ${event.line}`);
    case "settled":
      return event.as === "applied"
        ? `${target}: ${event.migration} was complete, although its run was interrupted. It is recorded as applied.`
        : `${target}: ${event.migration} is recorded as rolled back${event.isClean ? ", and nothing of it remains" : ": it runs again, and skips what exists of it"}.`;
    case "skipped":
      return `${target}: ${event.migration} was reverted since. It need not run, and is recorded as applied.`;
    case "unlimited":
      return `${colors.yellow("!")} ${target}: ${event.migrations.join(", ")} may wait for locks as long as the server allows, while reads and writes queue behind them: ${event.why === "connection" ? "no limit could be set on the connection" : "no limit is set, because a timeout would leave earlier statements applied"}`;
    case "locked": {
      const head = `${target}: ${event.migration} did not get its locks (attempt ${event.attempt} of ${event.attempts}).`;
      const who = event.blockers.map((blocker) => `\n  ${colors.yellow("!")} blocked by: ${blocker}`).join("");
      const pause = event.pauseMs === undefined ? "" : `\n  retrying in ${(event.pauseMs / 1000).toFixed(1)} s`;
      return `${head}${who}${pause}`;
    }
    default:
      return event satisfies never;
  }
}

/** What was applied before the deployment stopped. */
function appliedText({ pending, applied }: DeployReport): string {
  if (applied.length === 0) return "nothing was applied";
  return `${counted(applied.length, "migration")} applied, ${pending.length - applied.length} pending`;
}

/** Why a deployment was refused because of a target's rows. */
function refusal(fills: DeployReport["fills"]): string {
  const found = fills.filter(({ code }) => code !== undefined);
  if (found.every(({ isOfExpression }) => isOfExpression)) return "a fill cannot be evaluated there";
  if (found.some(({ isOfKey }) => isOfKey))
    return "rows violate a key or a check, or have no value in a required column";
  return "a fill leaves rows without a value";
}

/** Formats the report for people. */
export function deployText(report: DeployReport, colors: Colors): string {
  const { target, pending, unlisted, applied, withheld, drop, attempts, error, gates, fills } = report;
  const name = colors.bold(target);
  const waiting = pending.length - applied.length;
  switch (report.status) {
    case "nothing":
      return `${colors.green("✔")} ${name}   nothing to deploy`;
    case "unlisted":
      return [
        `${colors.yellow("!")} ${name}   the ORM finds no pending migration`,
        ...unlisted.map((each) => `  ${colors.yellow("!")} ${unlistedStatement(each)}`),
      ].join("\n");
    case "done":
      return [
        `${colors.green("✔")} ${name}   ${counted(applied.length, "migration")} applied${attempts > 1 ? `, in ${attempts} attempts` : ""}`,
        ...(applied.length === 0 ? [] : [columns(applied.map((migration) => [migration]))]),
      ].join("\n");
    case "waits":
      return [
        `${colors.red("✖")} ${name}   ${appliedText(report)}: the application would wait for ${counted(report.waits.length, "statement")} of pending migrations`,
        ...report.waits.map((statement) => `  ${colors.red("✖")} ${statement}`),
      ].join("\n");
    case "closed":
      return [
        `${colors.red("✖")} ${name}   ${appliedText(report)}: a gate of a pending migration is ${colors.red("closed")}`,
        // Several gates can report the same missing column.
        ...new Set(
          gates.map(({ isOpen, statement }) => `  ${isOpen ? colors.green("✔") : colors.red("✖")} ${statement}`),
        ),
        `  The ORM applies all pending migrations or none, so ${counted(waiting, "migration")} ${waiting === 1 ? "waits" : "wait"}.`,
      ].join("\n");
    case "copy-first":
      return [`${colors.yellow("!")} ${name}   ${error?.code} ${error?.message}`, `  ${error?.why}`].join("\n");
    case "stopped": {
      const others = withheld.filter((each) => each !== drop);
      const why = withheld[0] === drop ? "To keep their order" : "The ORM applies all pending migrations or none";
      return [
        `${colors.red("✖")} ${name}   ${applied.length === 0 ? "nothing was applied" : `${counted(applied.length, "migration")} applied`}, then stopped before ${drop}: its gate is ${colors.red("closed")}`,
        ...(applied.length === 0 ? [] : [columns(applied.map((migration) => [migration]))]),
        ...gates.filter(({ isOpen }) => !isOpen).map(({ statement }) => `  ${colors.red("✖")} ${statement}`),
        ...(others.length > 0
          ? [`  ${why}: ${others.join(", ")} ${others.length === 1 ? "waits" : "wait"} as well.`]
          : []),
      ].join("\n");
    }
    case "refused":
      return [
        `${colors.red("✖")} ${name}   ${appliedText(report)}: ${refusal(fills)}`,
        ...fills.map(
          ({ code, statement }) =>
            `  ${code === undefined ? colors.yellow("!") : colors.red(`✖ ${code}`)} ${statement}`,
        ),
      ].join("\n");
    case "failed":
      return [
        `${colors.red("✖")} ${name}   ${colors.red(error?.code ?? "")} ${error?.message ?? ""}`,
        ...(error === undefined ? [] : [`  ${error.why}`]),
      ].join("\n");
    default:
      return report.status satisfies never;
  }
}
