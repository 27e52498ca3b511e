import { specMadeAgain } from "../backfill/made-again.js";
import {
  type BackfillNow,
  type BackfillState,
  processedText,
  stateOf,
  stateText,
  workersOf,
} from "../backfill/state.js";
import { LockstepError } from "../base/errors.js";
import { type NamedLine, readStillNamed } from "../change/release/still-named.js";
import type { CodeSettings } from "../config/code-settings.js";
import type { Connection } from "../dialect/connection.js";
import { servicesWithoutColumn } from "../gates/column-unused.js";
import type { AppliedUnits } from "../gates/gate.js";
import { type ServiceState, serviceStates } from "../gates/service-states.js";
import { type Phase, type Place, type Plan, tableLabel } from "../model/index.js";
import { openCopies } from "../mysql/online/units.js";
import { pendingBefore } from "../plan/migration-of.js";
import { dropGates, nextPhase } from "../plan/next-phase.js";
import { phasesOf } from "../plan/phases.js";
import { addingColumns, releasesOf } from "../plan/releases.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import { readTargetState } from "../plugin/target-state.js";
import { againText } from "../review/backfill-status.js";
import type { Colors } from "../review/colors.js";
import { columns } from "../review/columns.js";
import { counted } from "../review/counted.js";
import { groupRows, inGroups, mark, shortened } from "../review/group-status.js";
import { listed } from "../review/listed.js";
import { changesOf, columnLabel } from "../review/messages.js";
import { type PlaceGroups, placeGroups } from "../review/places.js";
import { serviceLine } from "../review/services.js";
import { stillNamedText } from "../review/still-named.js";
import { type PendingFill, tryPendingFills } from "../target/facts/pending-fills.js";
import { recordOf } from "../target/facts/record-of.js";
import { readAnnouncements } from "../target/ledger/announcements.js";
import { readBackfills } from "../target/ledger/backfills.js";
import { readWorkers } from "../target/ledger/workers.js";
import { askPhase, deployTo, migrationOf, type OpenTarget, openTarget, writtenFrom } from "./ask-target.js";
import { atOnce } from "./at-once.js";
import { knownError } from "./known-error.js";
import { type RunLeftovers, readLeftovers } from "./run-leftovers.js";
import { nextOf } from "./status-next.js";
import type { Target, UnsetTarget } from "./targets.js";

/** One plan's state, in the repository and on the targets. */
export interface PlanStatus {
  readonly plan: string;
  readonly columns: readonly string[];
  /** What it changes, for people: its columns and drops, else its tables. */
  readonly changes: readonly string[];
  readonly released: Plan["state"]["released"];
  readonly pace: Plan["pace"];
  /** Done on all targets of the config. False if one of them was not checked. */
  readonly isDone: boolean;
  /** Done on the checked targets. */
  readonly isDoneOnThese: boolean;
  readonly targets: readonly TargetStatus[];
  /** Targets of the config that were not checked. */
  readonly otherTargets: readonly string[];
  /** Code places that block contract, as of the last command that read the code. */
  readonly places: Pick<PlaceGroups, "required" | "asked">;
  /** Lines of code that still contain a field of an undone plan, until the undo is done. */
  readonly named: readonly NamedLine[];
  readonly next: string;
}

export interface TargetStatus {
  readonly target: string;
  /** The config name of the target group that this target belongs to. */
  readonly group?: string;
  readonly phases: readonly {
    readonly phase: Phase;
    readonly state: "done" | "open" | "waiting";
    readonly note: string;
  }[];
  readonly failed: readonly string[];
  /** Migrations of the plan that have not run on the target and that the ORM does not find. */
  readonly unlisted: readonly { readonly statement: string; readonly help: string }[];
  /** Parts that the database lacks although their migrations count as applied there. */
  readonly lacking: readonly { readonly statement: string; readonly help: string }[];
  /** Undo migrations that have not run on the target. */
  readonly pendingUndo: readonly string[];
  /** What prevents filling its rows. Before expand: how its rows affect the fill. After expand: rows without a value. */
  readonly values: readonly { readonly statement: string; readonly help: string; readonly isRefused?: true }[];
  /** State of each backfill, in the order of the plan. */
  readonly backfills: readonly BackfillState[];
  /** Tables that a tool must copy before a pending migration changes them. */
  readonly copies: readonly string[];
  /** What the last run of migrations left behind, or is doing. Absent if the target is unreachable. */
  readonly remains?: RunLeftovers;
  /** What the configured services have announced, if the plan's contract requires it. */
  readonly services?: readonly ServiceState[];
  readonly error?: string;
  /** How to fix the error. */
  readonly help?: string;
}

/**
 * Reads the state of a plan on every target. An unreachable target gets an entry with its error.
 * @param unset targets whose URL is not set
 * @param otherTargets further targets of the config
 * @param code absent: the code is not searched for fields of an undone plan
 */
export async function readStatus(
  plan: Plan,
  { targets, unset = [] }: { readonly targets: readonly Target[]; readonly unset?: readonly UnsetTarget[] },
  project: Project,
  plugin: OrmPlugin,
  { code, otherTargets = [] }: { readonly code?: CodeSettings; readonly otherTargets?: readonly string[] } = {},
): Promise<PlanStatus> {
  const asked = await atOnce(targets, async (target) => ({
    ...(target.group !== undefined && { group: target.group }),
    ...(await readTarget(plan, target, project, plugin)),
  }));
  const states = [...asked, ...unset.map(({ name, error }) => failedTarget(name, error))];
  const isReleased = plan.state.released === "undone" || nextPhase(plan) === undefined;
  const isKept = plan.state.released !== "undone" || states.every(({ lacking }) => lacking.length === 0);
  const isDoneOnThese = isReleased && isKept && states.every(isDoneThere);
  const others = `npx lockstep status ${plan.id}, which covers ${listed(otherTargets)} as well`;
  return {
    plan: plan.id,
    columns: plan.columns.map(columnLabel),
    changes: changesOf(plan),
    released: plan.state.released,
    pace: plan.pace,
    isDone: isDoneOnThese && otherTargets.length === 0,
    isDoneOnThese,
    targets: states,
    otherTargets,
    places: placesBefore(plan),
    named: isDoneOnThese || code === undefined ? [] : await readStillNamed(plan, { project, plugin, code }),
    next: !isDoneOnThese
      ? nextOf(plan, states, plugin, otherTargets.length > 0)
      : otherTargets.length > 0
        ? others
        : "nothing: this plan is done",
  };
}

/** Places that block contract. None if contract is already released. */
function placesBefore({ state }: Plan): PlanStatus["places"] {
  if (state.released === "contract" || state.released === "undone") return { required: [], asked: [] };
  const { required, asked } = placeGroups(state);
  return { required, asked };
}

/** The plan to act on first: the latest that is not done. A plan that is done on these targets does not hide an open one. */
export function firstToSee(statuses: readonly PlanStatus[]): PlanStatus | undefined {
  return (
    statuses.findLast((status) => !status.isDoneOnThese) ??
    statuses.findLast((status) => !status.isDone) ??
    statuses.at(-1)
  );
}

/** The next command of each other plan that is not done, a line each. */
export function othersNext(first: PlanStatus, statuses: readonly PlanStatus[]): readonly string[] {
  const others = statuses.filter((status) => status !== first && !status.isDoneOnThese);
  return others.map(({ plan, next }) => {
    const steps = next.split(/\n(?! )/).length;
    if (next === first.next) return `       ${plan}: the same`;
    if (steps > 1) return `       npx lockstep status ${plan}   # the ${steps} steps of plan ${plan}`;
    const [command = "", ...more] = next.split("\n");
    return [`       ${command}${command.includes("   # ") ? "; " : "   # "}plan ${plan}`, ...more].join("\n");
  });
}

function isDoneThere({ error, phases, failed, remains }: TargetStatus): boolean {
  return (
    error === undefined &&
    failed.length === 0 &&
    phases.every(({ state }) => state === "done") &&
    (remains?.left ?? []).length === 0
  );
}

const noAnswer = {
  phases: [],
  failed: [],
  unlisted: [],
  lacking: [],
  pendingUndo: [],
  values: [],
  backfills: [],
  copies: [],
};

function failedTarget(target: string, { message, hint }: LockstepError): TargetStatus {
  return { ...noAnswer, target, error: message, ...(hint !== undefined && { help: hint }) };
}

async function readTarget(plan: Plan, target: Target, project: Project, plugin: OrmPlugin): Promise<TargetStatus> {
  let open: Awaited<ReturnType<typeof openTarget>>;
  try {
    open = await openTarget(target, plan, project, plugin);
  } catch (error) {
    return { ...noAnswer, target: target.name, error: (error as Error).message };
  }
  try {
    return await readOpen(plan, open, target, project, plugin);
  } catch (error) {
    // A missing privilege or a held lock must not hide the other targets' results.
    const known = knownError(error);
    if (!(known instanceof LockstepError)) throw error;
    return failedTarget(target.name, known);
  } finally {
    await open.connection.close();
  }
}

async function readOpen(
  plan: Plan,
  open: OpenTarget,
  target: Target,
  project: Project,
  plugin: OrmPlugin,
): Promise<TargetStatus> {
  const { units } = open.facts;
  const backfills = await backfillsOn(open.connection, plan);
  const filled =
    plan.backfills.length === 0 || plan.state.released === "undone"
      ? []
      : await askPhase(
          open,
          plan.gates.switch.filter(({ gate }) => gate === "no-missing-values" || gate === "backfill-done"),
        );
  const isExpandPending = releasesOf(plan).some(
    ({ kind, phase, file }) => kind === "phase" && phase === "expand" && units.pending.includes(migrationOf(file)),
  );
  const isUndone = plan.state.released === "undone";
  // A column that is there before its migration is not that of the plan.
  const isColumnPending = addingColumns(plan).some(({ file }) => units.pending.includes(migrationOf(file)));
  const isFilled = !isColumnPending && filled.every((answer) => answer.isOpen);
  const early = isExpandPending
    ? pendingBefore(plan, await readTargetState(open.connection, { project, plugin, plans: [plan] }))
    : [];
  const pending = isUndone ? [] : await pendingFills(open.connection, plan, early);
  const phases = isUndone
    ? [{ phase: "expand" as const, ...undoneState([...units.pending, ...units.failed]) }]
    : phasesOf(plan).map((phase) => ({ phase, ...phaseState(plan, phase, open.facts.units, isFilled, backfills) }));
  // Once contract is applied, services no longer matter.
  const isAsked = phases.some(({ state }) => state !== "done");
  const services = isAsked ? await readServices(open, plan) : [];
  return {
    target: target.name,
    ...(services.length > 0 && { services }),
    failed: units.failed,
    unlisted: units.unlisted ?? [],
    lacking: units.lacking ?? [],
    values: [
      ...pending.map((fill) => ({ statement: fill.statement, help: helpFor(fill, target, plugin) })),
      ...filled.flatMap(({ isOpen, gate, statement, help = "", isRefused }) =>
        isOpen || gate !== "no-missing-values" || isExpandPending
          ? []
          : [{ statement, help, ...(isRefused && { isRefused }) }],
      ),
    ],
    backfills: backfills.map(({ now, again }) => (again === undefined ? stateOf(now) : "not begun")),
    pendingUndo: releasesOf(plan)
      .filter(({ kind, file }) => kind === "undo" && units.pending.includes(migrationOf(file)))
      .map(({ file }) => file),
    copies:
      units.pending.length === 0 ? [] : (await openCopies(open.connection, plan)).map(({ table }) => tableLabel(table)),
    remains: await readLeftovers(open.connection, { plan, target, project, plugin }),
    phases,
  };
}

/** Returns one state per service for all columns, for the first phase in which the code writes all of them. */
async function readServices({ connection, facts }: OpenTarget, plan: Plan): Promise<readonly ServiceState[]> {
  const steps = plan.gates.contract.filter(({ gate }) => gate === "writers-aware");
  if (plan.state.released === "undone")
    return plan.undo.expand.some((unit) => dropGates(plan, unit).length > 0) ? servicesWithoutColumn(facts) : [];
  if (facts.services === undefined) return [];
  if (steps.length === 0) return plan.drops === undefined ? [] : servicesWithoutColumn(facts);
  const phase = steps.some((step) => writtenFrom(plan, step) === "switch") ? "switch" : "expand";
  return serviceStates(facts.services, await readAnnouncements(connection), plan.id, phase);
}

function phaseState(
  plan: Plan,
  phase: Phase,
  units: AppliedUnits,
  isFilled: boolean,
  backfills: readonly PlannedBackfill[],
): { state: "done" | "open" | "waiting"; note: string } {
  if (phase === "backfill") {
    // The number of missing rows follows below. An estimate next to it would show a second number for the same rows.
    const notes = backfills.flatMap(({ now, again }) =>
      now.record === undefined
        ? []
        : again === undefined
          ? [`${processedText(now.record)}, ${stateText(now)}`]
          : [`not begun. ${againText(now.record, again)}`],
    );
    if (isFilled)
      return {
        state: "done",
        note: plan.backfills.every(({ once }) => once) ? "the pass is done" : "no row lacks a value",
      };
    return { state: "open", note: notes.join("; ") || "not begun" };
  }
  const order = phasesOf(plan);
  const { released } = plan.state;
  const releases = releasesOf(plan).filter((release) => release.phase === phase);
  const pending = (kind: "phase" | "undo") =>
    releases.filter((release) => release.kind === kind && units.pending.includes(migrationOf(release.file)));
  if (released === "undone" || order.indexOf(phase) > order.indexOf(released)) {
    const left = pending("undo").length;
    if (left > 0) return { state: "open", note: `reverted: ${counted(left, "migration")} not applied yet` };
    return { state: "waiting", note: releases.length > 0 ? "reverted" : "not written yet" };
  }
  const standing = releases.filter(({ kind, isPast }) => kind === "phase" && !isPast);
  if (standing.length === 0)
    return phase === released && phase !== order.at(-1)
      ? { state: "open", note: "code written; Lockstep cannot see whether it is deployed" }
      : { state: "done", note: "code only" };
  if (units.isSquashed === true) return { state: "done", note: "squashed" };
  const count = standing.filter(({ file }) => units.applied.includes(migrationOf(file))).length;
  if (count === standing.length) return { state: "done", note: counted(count, "migration") };
  return { state: "open", note: `${count} of ${counted(standing.length, "migration")} applied` };
}

/** The undo is done once every migration has run, including those that it reverts. */
function undoneState(pending: readonly string[]): { state: "done" | "open"; note: string } {
  if (pending.length === 0) return { state: "done", note: "undone" };
  return { state: "open", note: `undo not applied yet: ${counted(pending.length, "migration")} to run` };
}

function helpFor({ code, isOfExpression, isEarly }: PendingFill, target: Target, plugin: OrmPlugin): string {
  const deploy = deployTo(target.name, plugin);
  if (isEarly || code === undefined) return deploy;
  return isOfExpression ? `npx lockstep explain ${code}` : `Correct these rows on ${target.name}.\n${deploy}`;
}

/** An unreachable target is already reported elsewhere. */
async function pendingFills(
  connection: Connection,
  plan: Plan,
  before: readonly string[],
): Promise<readonly PendingFill[]> {
  try {
    return await tryPendingFills(connection, plan, { before, timeoutMs: 10_000 });
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    return [{ plan: plan.id, code: undefined, statement: `The fills were not tried: ${error.message}` }];
  }
}

interface PlannedBackfill {
  readonly now: BackfillNow;
  /** Why the recorded backfill is no longer valid. */
  readonly again: string | undefined;
}

/** The plan's backfills on the tables that this connection sees. */
async function backfillsOn(connection: Connection, plan: Plan): Promise<readonly PlannedBackfill[]> {
  const records = await readBackfills(connection, plan.id);
  const workers = await readWorkers(connection, plan.id);
  const found: PlannedBackfill[] = [];
  for (const spec of plan.backfills) {
    const record = await recordOf(connection, records, spec);
    found.push(
      record === undefined
        ? { now: { workers: [] }, again: undefined }
        : {
            now: { record, workers: workersOf(workers, record) },
            again: await specMadeAgain(connection, record, spec, { scanTimeoutMs: 10_000 }),
          },
    );
  }
  return found;
}

function leftoversText({ target, remains }: TargetStatus, colors: Colors): string[] {
  if (remains === undefined) return [];
  const { running, left, notRun } = remains;
  return [
    ...(running === undefined ? [] : [`  ${colors.cyan("▶")} ${target}: pid ${running} is running migrations`]),
    ...left.map(({ what, isRepaired }) => `  ${isRepaired ? colors.red("✖") : colors.yellow("!")} ${target}: ${what}`),
    ...notRun.map(
      ({ migration, isPassed }) =>
        `  ${colors.yellow("!")} ${target}: ${migration} has not run${isPassed ? ", although one after it has" : ""}`,
    ),
  ];
}

/** Formats a plan for people: one line per target and phase. */
export function statusText(status: PlanStatus, colors: Colors): string {
  const where = status.otherTargets.length > 0 ? ` on ${listed(status.targets.map(({ target }) => target))}` : "";
  const state = status.isDoneOnThese
    ? colors.green(`${status.released === "undone" ? "undone" : "done"}${where}`)
    : status.released === "undone"
      ? "undo written"
      : `released up to ${status.released}`;
  const { alone, groups } = inGroups(status.targets);
  const rows = [
    ...alone.flatMap((target) => {
      if (target.error !== undefined) return [[colors.red("✖"), target.target, "", target.error]];
      return target.phases.map((phase, index) => [
        mark(phase.state, colors),
        index === 0 ? target.target : "",
        phase.phase,
        colors.dim(phase.note),
      ]);
    }),
    ...groups.flatMap((group) => groupRows(group, colors)),
  ];
  const failed = [...alone, ...groups.flatMap(({ members }) => members)].map((target) => [
    ...target.failed.map((name) => `  ${colors.red("✖")} ${name} failed on ${target.target}`),
    ...target.unlisted.map(({ statement }) => `  ${colors.red("✖")} ${target.target}: ${statement}`),
    ...target.lacking.map(({ statement }) => `  ${colors.red("✖")} ${statement} on ${target.target}`),
    ...target.copies.map(
      (label) => `  ${colors.yellow("!")} ${target.target}: "${label}" must be copied with a tool first`,
    ),
    ...target.values.map(({ statement }) => `  ${colors.yellow("!")} ${target.target}: ${statement}`),
    ...leftoversText(target, colors),
    ...(target.services ?? []).map(serviceLine(target.target, colors)),
  ]);
  return [
    `${colors.bold(status.plan)}   ${status.changes.join(", ")}   ${state}${status.pace === "brisk" ? ", brisk" : ""}`,
    columns(rows),
    ...shortened(failed),
    ...openCode(status, colors),
    ...(status.named.length === 0 ? [] : [stillNamedText(status.named, status.plan, colors)]),
  ].join("\n");
}

/** Code that blocks contract, one line for each kind. */
function openCode({ plan, places: { required, asked } }: PlanStatus, colors: Colors): string[] {
  const line = (places: readonly Place[], what: string) =>
    places.length === 0
      ? []
      : [
          `  ${colors.yellow("!")} ${counted(places.length, "place")} ${what}: ${listed(
            places.map(({ file, line: at }) => `${file}:${at}`),
            3,
          )}`,
        ];
  const lines = [
    ...line(required, "to edit before contract"),
    ...line(asked, "may leave the column out (fix or confirm before contract)"),
  ];
  return lines.length === 0
    ? []
    : [
        ...lines,
        `    ${colors.dim("As of the last run that read the code. Read it again:")} ${colors.cyan(`npx lockstep code ${plan}`)}`,
      ];
}
