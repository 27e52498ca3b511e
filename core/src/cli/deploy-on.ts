import { LockstepError } from "../base/errors.js";
import { dirtyFiles } from "../base/files/git.js";
import { migrationFiles, type PlanFault, planFaultsIn } from "../change/release/verify-plans.js";
import type { CodeSettings } from "../config/code-settings.js";
import { connect } from "../databases/connect.js";
import { type Access, columnGrantText } from "../dialect/access.js";
import type { PlannedTable } from "../dialect/check.js";
import type { Connection } from "../dialect/connection.js";
import { systemClock } from "../dialect/db/clock.js";
import { keepBaselines } from "../gates/reads/keep-baseline.js";
import { type Plan, tableLabel } from "../model/index.js";
import { openCopies } from "../mysql/online/units.js";
import { findBlockers } from "../operate/deploy/blockers.js";
import { deployTarget, tablesOf } from "../operate/deploy/deploy-target.js";
import {
  agreeable,
  foreignObjects,
  foreignObstacles,
  requiredByOthers,
  takenFromPlans,
} from "../operate/deploy/foreign-objects.js";
import { missingColumns, requireUndeclaredDrops } from "../operate/deploy/missing-columns.js";
import { requireNoObstacles } from "../operate/deploy/obstacles.js";
import { requireOwnColumns } from "../operate/deploy/others-columns.js";
import { recordDeployments } from "../operate/deploy/record-deployment.js";
import { requireServer } from "../operate/deploy/server-version.js";
import { plannedTables } from "../operate/doctor/planned-tables.js";
import { migrationOf, pendingBefore } from "../plan/migration-of.js";
import type { OrmPlugin, Project, Unlisted } from "../plugin/plugin.js";
import { readTargetState, type TargetState, withoutWithheld } from "../plugin/target-state.js";
import { listed } from "../review/listed.js";
import { unlistedHelp, unlistedStatement } from "../review/unlisted.js";
import { addedColumns } from "../sql/verdicts/new-defaults.js";
import { type PendingFill, tryPendingFills } from "../target/facts/pending-fills.js";
import { requireSystem } from "../target/facts/same-system.js";
import { evidenceName } from "../target/ledger/evidence.js";
import { askWaits, waitsAccepted } from "./ask-waits.js";
import { wholeRowsAccepted } from "./ask-whole-rows.js";
import { type CommandResult, type Invocation, listOption } from "./command.js";
import { askDeployGates, type DeployGates } from "./deploy-gates.js";
import { eventText, orderLines } from "./deploy-text.js";
import { type OwnMigrations, readOwnMigrations, rejectedByOrm } from "./own-migrations.js";
import { developmentTarget, type Target } from "./targets.js";

/** The result of a deployment on one target. */
export interface DeployReport {
  readonly target: string;
  /** `stopped`: before a drop of a column that running code may use. `copy-first`: a tool must copy a large table (LS7028). */
  readonly status:
    | "done"
    | "nothing"
    | "unlisted"
    | "waits"
    | "closed"
    | "stopped"
    | "copy-first"
    | "refused"
    | "failed";
  /** Before the deployment started. */
  readonly pending: readonly string[];
  /** Migrations that have not run on the target and that the ORM does not find. */
  readonly unlisted: readonly Unlisted[];
  readonly applied: readonly string[];
  /** Pending migrations that wait until no running build uses the columns that an undo drops. */
  readonly withheld: readonly string[];
  /** Of a stopped deployment: the first migration that drops such a column. */
  readonly drop?: string;
  readonly attempts: number;
  readonly gates: DeployGates["answers"];
  /** Statements of the user's own that would block reads or writes, and that nobody has accepted. */
  readonly waits: readonly string[];
  /** How the target's rows affect the fills of a pending expand. */
  readonly fills: readonly PendingFill[];
  /** Blocking sessions before the deployment started. */
  readonly blockers: readonly string[];
  readonly error?: LockstepError;
  readonly next?: string;
  readonly exitCode: CommandResult["exitCode"];
}

interface DeployContext {
  readonly invocation: Invocation;
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly plans: readonly Plan[];
  readonly code: CodeSettings;
  readonly attempts: number;
}

const nothingDone = {
  pending: [],
  unlisted: [],
  applied: [],
  withheld: [],
  attempts: 0,
  gates: [],
  waits: [],
  fills: [],
  blockers: [],
};

/** One run of the ORM's own deployment, for the ledger. */
interface Course {
  units: TargetState["units"];
  migrations: readonly string[];
  begunAt: number;
  attempts: number;
}

/**
 * Deploys to one target: reads what is pending, runs the gates, finds blocking sessions, then runs the ORM's own deployment.
 *
 * @throws LS7024 cancelled. Any other LockstepError becomes part of the report, because earlier targets are already done
 */
export async function deployOn(target: Target, context: DeployContext): Promise<DeployReport> {
  const empty = { target: target.name, ...nothingDone };
  let begun: Partial<DeployReport> = {};
  const course: Course = { units: [], migrations: [], begunAt: 0, attempts: 1 };
  const done = { applied: [] as string[], attempts: 0 };
  /** They must run after the applied migrations. */
  const grants: string[] = [];
  const { io } = context.invocation;
  try {
    // Repeats after the migrations that a plan's fills may need.
    for (let round = context; ; round = withConfirmationsOfTexts(context)) {
      const {
        units = [],
        later = [],
        grants: missing = [],
        steps,
        ...looked
      } = await look(target, round, done.applied);
      const { pending = looked.pending, gates = [] } = begun;
      const answers = gates.filter((each) => !looked.gates.some(({ statement }) => statement === each.statement));
      begun = { ...looked, pending, gates: [...answers, ...looked.gates] };
      const due = [...grants, ...missing];
      const next = nextOf(target, due, steps ?? looked.next);
      if (next !== undefined) begun = { ...begun, next };
      if (looked.status !== undefined)
        return { ...empty, ...begun, ...done, status: looked.status, exitCode: looked.exitCode };
      const withheld = [...(looked.withheld ?? []), ...later];
      const migrations = looked.pending.filter((name) => !withheld.includes(name));
      Object.assign(course, { units, migrations, begunAt: systemClock.now(), attempts: 1 });
      if (later.length > 0)
        io.err(`${target.name}: ${migrations.join(", ")} first. Then Lockstep tries the fills of the next plan again.`);
      else if (steps !== undefined)
        for (const line of orderLines(target.name, migrations, [...granting(target, due), ...steps])) io.err(line);
      const { applied, attempts } = await deployNow(target, context, withheld, course);
      done.applied.push(...applied);
      grants.push(...missing);
      done.attempts = Math.max(done.attempts, attempts);
      course.units = [];
      if (later.length > 0) continue;
      return withheld.length > 0
        ? { ...empty, ...begun, ...done, status: "stopped", exitCode: 1 }
        : { ...empty, ...begun, ...done, status: "done", exitCode: 0 };
    }
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code === "LS7024") throw error;
    const next = [...granting(target, grants), `${error.hint}${driftHint(error, target, context)}`].join("\n");
    const { units, migrations, attempts } = course;
    if (units.length > 0)
      await recordDeployments(target.url, units, migrations, {
        outcome: "failed",
        code: error.code,
        attempts,
        tookMs: tookMs(course),
      });
    const status = error.code === "LS7028" ? "copy-first" : "failed";
    return { ...empty, ...begun, ...done, status, error, next, exitCode: error.exitCode };
  }
}

/** Runs the ORM's own deployment, and records it. */
async function deployNow(target: Target, context: DeployContext, withheld: readonly string[], course: Course) {
  const { io } = context.invocation;
  const { applied, attempts } = await deployTarget({
    ...context,
    target,
    withheld,
    clock: systemClock,
    random: Math.random,
    signal: io.signal,
    onEvent: (event) => {
      if (event.kind === "locked") course.attempts = event.attempt;
      io.err(eventText(event, target.name, io.colors));
    },
  });
  await recordDeployments(target.url, course.units, applied, { outcome: "done", attempts, tookMs: tookMs(course) });
  return { applied, attempts };
}

const tookMs = ({ begunAt }: Course) => systemClock.now() - begunAt;

/**
 * Keeps only confirmations of statements and defaults for the next round, because their text does not change. The ledger already has all
 * confirmations for what was pending. A confirmation about running code is valid only at that moment: code must follow the earlier round.
 */
function withConfirmationsOfTexts(context: DeployContext): DeployContext {
  const { invocation } = context;
  const names = listOption(invocation, "confirm").flatMap((each) => each.split(","));
  const confirm = names.filter((name) => ofTexts.includes(name.trim()));
  return { ...context, invocation: { ...invocation, options: { ...invocation.options, confirm } } };
}

const ofTexts = ["inserts-allowed", waitsAccepted, wholeRowsAccepted];

/** Missing grants, then the steps or the command after them. Undefined if there is nothing to do. */
function nextOf(
  target: Target,
  grants: readonly string[],
  after: readonly string[] | string | undefined,
): string | undefined {
  const first = granting(target, grants);
  if (typeof after === "object") return [...first, ...after].join("\n");
  if (first.length === 0) return after;
  return [...first, after ?? "Deploy the code of this commit.\nnpx lockstep status"].join("\n");
}

function granting({ name }: Target, grants: readonly string[]): readonly string[] {
  return grants.length === 0 ? [] : [`on ${name}: ${grants.join("; ")}`];
}

/** SQLSTATEs for objects that exist unexpectedly or are missing: tables, columns, types, functions, schemas and similar. */
const unexpected = /^42(?:701|703|704|710|723|883|P01|P06|P07)$/;

function driftHint({ details }: LockstepError, { name }: Target, { project }: DeployContext): string {
  if (project.dialect !== "postgresql" || !unexpected.test(String(details.sqlState))) return "";
  return `\n  To see whether ${name} was changed outside the migrations: npx lockstep drift --target ${name}`;
}

type Looked = Pick<DeployReport, "pending" | "unlisted" | "gates" | "waits" | "fills" | "blockers" | "exitCode"> & {
  readonly status?: "nothing" | "unlisted" | "waits" | "closed" | "stopped" | "refused";
  readonly withheld?: readonly string[];
  readonly drop?: string;
  /** Either `next`, a command, or `steps`, in order. */
  readonly next?: string;
  readonly steps?: readonly string[];
  /** Statements to run after this round's migrations. */
  readonly grants?: readonly string[];
  /** Pending units of plans. */
  readonly units?: TargetState["units"];
  /** Migrations that wait until the earlier ones are applied and the target is checked again. */
  readonly later?: readonly string[];
};

/** @param done migrations that this deployment has already applied: no application uses their objects yet */
async function look(target: Target, context: DeployContext, done: readonly string[]): Promise<Looked> {
  const { invocation, project, plugin, plans } = context;
  const connection = await connect(target.url, { applicationName: "lockstep deploy" });
  try {
    const all = await readTargetState(connection, context);
    const { pending, unlisted } = all;
    for (const plan of plans)
      if (plan.state.released === "expand" || plan.state.released === "switch")
        await keepBaselines(connection, plan, {
          phase: plan.state.released,
          evidence: evidenceName(plan),
          isRelease: false,
        });
    await requireWholePlans(target, context, all);
    const nothing = { pending, unlisted, gates: [], waits: [], fills: [], blockers: [], exitCode: 0 as const };
    const [missing] =
      pending.length > 0 ? [] : await missingColumns(connection, plans, { project, plugin, applied: all.applied });
    if (missing !== undefined)
      throw new LockstepError("LS7039", `${target.name}: ${missing.statement}.`, { hint: missing.help });
    if (pending.length === 0 && all.failed.length === 0 && all.deploying === undefined)
      return unlisted.length === 0
        ? { ...nothing, status: "nothing" }
        : { ...nothing, ...onlyUnlisted(unlisted, plans) };
    for (const each of unlisted) warn(target, context, unlistedStatement(each));
    if (done.length === 0) warnOfUncommitted(target, context, pending);
    const asked = await requireRoom(connection, target, context, { state: all, done });
    const waits = await askWaits(asked);
    if (waits.help !== undefined)
      return { ...nothing, waits: waits.open, status: "waits", next: waits.help, exitCode: 1 };
    const gates = await askDeployGates(asked);
    const { io } = invocation;
    const { colors } = io;
    for (const { isOpen, statement } of gates.answers)
      io.err(`  ${isOpen ? colors.green("✔") : colors.red("✖")} ${statement}`);
    const answered = { ...nothing, gates: gates.answers };
    if (gates.help !== undefined) return { ...answered, status: "closed", next: gates.help, exitCode: 1 };
    const stop = gates.stop && stopped(gates.stop);
    const state = withoutWithheld(all, gates.stop?.withheld ?? []);
    const isNothingDue = state.pending.length === 0 && state.failed.length === 0;
    if (stop !== undefined && (gates.stop?.isWhole === true || isNothingDue))
      return { ...answered, status: "stopped", ...stop };
    const { fills, later } = await pendingFills(connection, target, { project, plugin, plans, state });
    const allowed = invocation.options.allowUnfilled === true;
    const refused = fills.filter(
      (fill) => fill.code !== undefined && (fill.isOfExpression || fill.isOfKey || !allowed),
    );
    if (refused.length > 0)
      return { ...answered, fills, status: "refused", next: afterRefusal(refused, target.name), exitCode: 1 };
    const due = withoutWithheld(state, later);
    for (const { statement } of fills) warn(target, context, statement);
    const found = await warnOfDue(connection, target, context, { due, own: asked.own.migrations });
    return { ...answered, fills, ...found, units: due.units, later, ...stop };
  } finally {
    await connection.close();
  }
}

function warn({ name }: Target, { invocation: { io } }: DeployContext, text: string): void {
  io.err(`  ${io.colors.yellow("!")} ${name}: ${text}`);
}

/** Warns about migrations that only this checkout has: other deployments and the build of the code lack them. */
function warnOfUncommitted(target: Target, context: DeployContext, pending: readonly string[]): void {
  const { project, plugin } = context;
  if (target.name === developmentTarget) return;
  const files = migrationFiles(project, plugin);
  const due = plugin.listMigrations(project).flatMap((name, at) => (pending.includes(name) ? [files[at]!] : []));
  const dirty = dirtyFiles(project.root, due);
  if (dirty.size > 0)
    warn(
      target,
      context,
      `not committed: ${listed([...dirty])}. A build from git does not contain ${dirty.size === 1 ? "it" : "them"}: commit before you deploy the code.`,
    );
}

/** @throws the fault of a plan that this deployment would run. Warns about the faults of other plans */
async function requireWholePlans(target: Target, context: DeployContext, state: TargetState): Promise<void> {
  const faults = await planFaultsIn(context.project, context.plugin);
  const fault = faults.find((each) => isDueHere(each, state));
  if (fault !== undefined) throw fault.error;
  for (const { error } of faults) warn(target, context, `${error.code} ${error.message} ${error.hint}`);
}

/**
 * Checks that the target's server fits the plans, and that no existing object conflicts with what they create.
 *
 * @returns the input for the gates
 */
async function requireRoom(
  connection: Connection,
  target: Target,
  { invocation, project, plugin, plans, code }: DeployContext,
  { state, done }: { readonly state: TargetState; readonly done: readonly string[] },
) {
  for (const plan of plans.filter((each) => state.units.some((unit) => unit.plan.id === each.id)))
    requireSystem(connection, plan, target.name);
  await requireServer(connection, state.units, target.name);
  const mine = { invocation, target, connection, project, plugin, plans, code, state };
  const own = await readOwnMigrations({ ...mine, done });
  const foreign = await foreignObjects(connection, state, plans, own.migrations);
  await requireNoObstacles(connection, state.units, target.name, [
    ...takenFromPlans(state, plans, target.name, plugin.words),
    ...(await requiredByOthers(connection, state)),
    ...foreignObstacles(foreign),
    ...rejectedByOrm(own),
  ]);
  await requireUndeclaredDrops(connection, state, { project, plugin, target: target.name });
  await requireOwnColumns(connection, { ...mine, target: target.name, own: own.migrations });
  return { ...mine, own, foreign: agreeable(foreign) };
}

/** Warns about this round: large tables, publications, missing grants, blocking sessions. */
async function warnOfDue(
  connection: Connection,
  target: Target,
  context: DeployContext,
  { due, own }: { readonly due: TargetState; readonly own: OwnMigrations["migrations"] },
): Promise<Pick<Looked, "blockers" | "grants">> {
  const { plans } = context;
  for (const plan of plans.filter((each) => due.units.some((unit) => unit.plan.id === each.id)))
    for (const { table } of await openCopies(connection, plan))
      warn(
        target,
        context,
        `"${tableLabel(table)}" is large. If the server cannot change it without blocking writes, its migration stops. Then run: npx lockstep online run ${plan.id} --target ${target.name}`,
      );
  const added = addedColumns(own.filter(({ name }) => due.pending.includes(name)));
  const tables = await plannedTables(connection, pendingExpands(plans, due), added);
  const access = await connection.dialect.ops.access();
  for (const { what, why = "", next = "" } of (await access.published?.(connection, tables)) ?? [])
    warn(target, context, `${what}. ${why} Do: ${next}`);
  const grants = await missingGrants(connection, tables, access);
  for (const { text } of grants) warn(target, context, text);
  const blockers = await findBlockers(connection, {
    tables: tablesOf(due.units),
    buildsIndex: due.units.some(({ unit }) => unit.spec.kind === "create-index"),
    olderThanSeconds: 5,
  });
  for (const blocker of blockers) warn(target, context, `blocked by: ${blocker}`);
  return { blockers, grants: grants.map(({ grant }) => grant) };
}

/** Whether this deployment would run or leave out part of the faulty plan. Migrations already applied do not count. */
function isDueHere({ plan, contradiction, due }: PlanFault, { applied, units }: TargetState): boolean {
  if (due === "all") return true;
  if (due !== undefined) return due.some((file) => !applied.includes(migrationOf(file)));
  if (units.some((unit) => unit.plan.id === plan)) return true;
  const files = contradiction?.files ?? [];
  return files.some((file) => !file.endsWith("/plan.json") && !applied.includes(migrationOf(file)));
}

/** The result of a deployment that stops before a drop: the withheld migrations and the steps to do first. */
function stopped({
  withheld,
  drop,
  steps,
}: NonNullable<DeployGates["stop"]>): Pick<Looked, "withheld" | "drop" | "steps" | "exitCode"> {
  return { withheld, drop, steps, exitCode: 1 };
}

/** A plan's migration must run. Other unlisted migrations may be left out on purpose. */
function onlyUnlisted(unlisted: readonly Unlisted[], plans: readonly Plan[]): Partial<Looked> {
  const planned = plans.flatMap(({ state }) => state.written.map(({ file }) => file));
  const first = unlisted.find(({ file }) => planned.includes(file));
  const [any] = unlisted;
  return {
    status: "unlisted",
    exitCode: first === undefined ? 0 : 1,
    ...((first ?? any) === undefined ? {} : { next: unlistedHelp((first ?? any) as Unlisted) }),
  };
}

/** A fault in the expression affects every row, so correcting or deferring rows does not help. */
function afterRefusal(refused: readonly PendingFill[], target: string): string {
  const another = `To start over with another plan: npx lockstep abandon ${refused[0]?.plan}`;
  const wrong = refused.find((fill) => fill.isOfExpression);
  if (wrong !== undefined) return `npx lockstep explain ${wrong.code}\n  ${another}`;
  const deploy = `npx lockstep deploy --target ${target}`;
  if (refused.some((fill) => fill.isOfKey)) return `Correct these rows on ${target}.\n${deploy}\n  ${another}`;
  return `Correct these rows on ${target}.\n${deploy}   # --allow-unfilled adds the column first, and you set the values later\n  ${another}`;
}

/**
 * Tries the fills of pending plans in order. Stops at the first whose result may change with earlier migrations: its files and all later
 * ones wait, if the ORM can leave them out.
 */
async function pendingFills(
  connection: Connection,
  target: Target,
  {
    project,
    plugin,
    plans,
    state,
  }: Pick<DeployContext, "project" | "plugin" | "plans"> & { readonly state: TargetState },
): Promise<{ readonly fills: readonly PendingFill[]; readonly later: readonly string[] }> {
  const fills: PendingFill[] = [];
  const expands = pendingExpands(plans, state)
    .map((plan) => ({ plan, before: pendingBefore(plan, state) }))
    .sort((one, other) => one.before.length - other.before.length);
  for (const { plan, before } of expands) {
    const found = await tryPendingFills(connection, plan, { before });
    fills.push(...found);
    if (found.some(({ isEarly }) => isEarly) && (await plugin.withholds?.(project, target.url)) === true)
      return { fills, later: state.pending.slice(before.length) };
  }
  return { fills, later: [] };
}

/** Plans whose expand is part of this deployment and that are not undone. */
function pendingExpands(plans: readonly Plan[], { units }: TargetState): readonly Plan[] {
  return plans.filter(
    (plan) =>
      plan.state.released !== "undone" &&
      units.some((unit) => unit.plan.id === plan.id && unit.phase === "expand" && unit.kind === "phase"),
  );
}

/** Grants to run after expand: they need the column, and the next code version needs them. */
async function missingGrants(
  connection: Connection,
  tables: readonly PlannedTable[],
  { columnGrants }: Access,
): Promise<readonly { readonly text: string; readonly grant: string }[]> {
  const found = [];
  for (const { table, label, oid, columns } of tables)
    for (const grant of oid === undefined ? [] : await columnGrants(connection, table, columns))
      found.push({ text: columnGrantText(label, grant), grant: grant.grant });
  return found;
}
