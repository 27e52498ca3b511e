import { type BackfillRecord, readBackfills } from "../ledger/backfills.js";
import { isSameTable, type Phase, type Plan } from "../model/index.js";
import { phasesOf } from "../plan/build-plan.js";
import { nextPhase } from "../plan/next-phase.js";
import type { OrmPlugin, Project } from "../plugin.js";
import { columns } from "../review/columns.js";
import { nextStep } from "../review/next-step.js";
import type { Colors } from "../review/terminal.js";
import { columnLabel, counted } from "../review/words.js";
import { askPhase, migrationOf, openTarget } from "./ask-target.js";
import type { Target } from "./targets.js";

/** One plan, in the repository and on the targets. */
export interface PlanStatus {
  readonly plan: string;
  readonly columns: readonly string[];
  readonly released: Plan["state"]["released"];
  readonly isDone: boolean;
  readonly targets: readonly TargetStatus[];
  readonly next: string;
}

export interface TargetStatus {
  readonly target: string;
  readonly phases: readonly {
    readonly phase: Phase;
    readonly state: "done" | "open" | "waiting";
    readonly note: string;
  }[];
  readonly failed: readonly string[];
  readonly error?: string;
}

/** Asks every target where the plan stands. A target that cannot be reached is an entry with its error, not the end. */
export async function readStatus(
  plan: Plan,
  targets: readonly Target[],
  project: Project,
  plugin: OrmPlugin,
): Promise<PlanStatus> {
  const states: TargetStatus[] = [];
  for (const target of targets) states.push(await readTarget(plan, target, project, plugin));
  const isReleased = plan.state.released === "undone" || nextPhase(plan) === undefined;
  const isDone =
    isReleased &&
    states.every((state) => state.error === undefined && state.phases.every((phase) => phase.state === "done"));
  return {
    plan: plan.id,
    columns: plan.columns.map(columnLabel),
    released: plan.state.released,
    isDone,
    targets: states,
    next: isDone ? "nothing: this plan is done" : nextOf(plan, states, plugin),
  };
}

async function readTarget(plan: Plan, target: Target, project: Project, plugin: OrmPlugin): Promise<TargetStatus> {
  let open: Awaited<ReturnType<typeof openTarget>>;
  try {
    open = await openTarget(target, plan, project, plugin);
  } catch (error) {
    return { target: target.name, phases: [], failed: [], error: (error as Error).message };
  }
  try {
    const { units } = open.facts;
    const applied = new Set(units.applied);
    const backfills = await readBackfills(open.connection, plan.id);
    const filled =
      plan.backfills.length === 0
        ? []
        : await askPhase(
            open,
            plan.gates.switch.filter((step) => step.gate === "no-missing-values"),
          );
    const isFilled = filled.every((answer) => answer.isOpen);
    const phases = plan.state.released === "undone" ? [] : phasesOf(plan);
    return {
      target: target.name,
      failed: units.failed,
      phases: [
        ...phases.map((phase) => ({ phase, ...phaseState(plan, phase, applied, isFilled, backfills) })),
        ...(plan.state.released === "undone" ? [{ phase: "expand" as const, ...undoState(plan, applied) }] : []),
      ],
    };
  } finally {
    await open.connection.close();
  }
}

function phaseState(
  plan: Plan,
  phase: Phase,
  applied: ReadonlySet<string>,
  isFilled: boolean,
  backfills: readonly BackfillRecord[],
): { state: "done" | "open" | "waiting"; note: string } {
  if (phase === "backfill") {
    const notes = plan.backfills.flatMap((backfill) => {
      const record = backfills.find((candidate) =>
        isSameTable({ name: candidate.table.name }, { name: backfill.table.name }),
      );
      if (record === undefined) return [];
      return [
        `${counted(record.rowsDone, "row")} of about ${counted(Math.max(record.rowsEstimated, record.rowsDone), "row")}, ${record.status}`,
      ];
    });
    if (isFilled) return { state: "done", note: "no row lacks a value" };
    return { state: "open", note: notes.join("; ") || "not begun" };
  }
  const order = phasesOf(plan);
  const { released } = plan.state;
  if (released === "undone" || order.indexOf(phase) > order.indexOf(released))
    return { state: "waiting", note: "not written yet" };
  const units = plan.units.filter((unit) => unit.phase === phase);
  const names = plan.state.written
    .filter((unit) => units.some((own) => own.id === unit.id))
    .map((unit) => migrationOf(unit.file));
  const count = names.filter((name) => applied.has(name)).length;
  if (names.length === 0) return { state: "done", note: "code only" };
  if (count === names.length) return { state: "done", note: counted(count, "migration") };
  return { state: "open", note: `${count} of ${counted(names.length, "migration")} applied` };
}

function undoState(plan: Plan, applied: ReadonlySet<string>): { state: "done" | "open"; note: string } {
  const names = plan.state.written
    .filter((unit) => plan.undo.expand.some((own) => own.id === unit.id))
    .map((unit) => migrationOf(unit.file));
  const isApplied = names.every((name) => applied.has(name));
  return isApplied ? { state: "done", note: "undone" } : { state: "open", note: "undo not applied yet" };
}

function nextOf(plan: Plan, states: readonly TargetStatus[], plugin: OrmPlugin): string {
  const problem = states.find((state) => state.error !== undefined);
  if (problem !== undefined) return `make ${problem.target} reachable: ${problem.error}`;
  const failed = states.find((state) => state.failed.length > 0);
  if (failed !== undefined)
    return `when the cause is gone, on ${failed.target}: ${failed.failed.map((name) => plugin.words.recover(name)).join(" && ")}`;
  const isOpen = (phase: Phase) =>
    states.some((state) => state.phases.some((each) => each.phase === phase && each.state === "open"));
  if (isOpen("expand") || isOpen("contract"))
    return plan.state.released === "undone"
      ? nextStep(plan, plugin.words)
      : `${plugin.words.deploy}, then deploy the code`;
  if (isOpen("backfill")) return `npx lockstep backfill run ${plan.id}`;
  return `npx lockstep next ${plan.id}`;
}

/** A plan as people see it: a line each target and phase. */
export function statusText(status: PlanStatus, colors: Colors): string {
  const state = status.isDone
    ? colors.green(status.released === "undone" ? "undone" : "done")
    : status.released === "undone"
      ? "undo written"
      : `released up to ${status.released}`;
  const rows = status.targets.flatMap((target) => {
    if (target.error !== undefined) return [[colors.red("✖"), target.target, "", target.error]];
    return target.phases.map((phase, index) => [
      phase.state === "done" ? colors.green("✔") : phase.state === "open" ? colors.cyan("▶") : colors.dim("·"),
      index === 0 ? target.target : "",
      phase.phase,
      colors.dim(phase.note),
    ]);
  });
  const failed = status.targets.flatMap((target) =>
    target.failed.map((name) => `  ${colors.red("✖")} ${name} failed on ${target.target}`),
  );
  return [`${colors.bold(status.plan)}   ${status.columns.join(", ")}   ${state}`, columns(rows), ...failed].join("\n");
}
