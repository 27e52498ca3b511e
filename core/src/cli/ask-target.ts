import { LockstepError } from "../base/errors.js";
import { checkingOf } from "../databases/checking-of.js";
import { connect } from "../databases/connect.js";
import type { Connection } from "../dialect/connection.js";
import { askGates } from "../gates/ask-gates.js";
import type { GateAnswer, GateFacts } from "../gates/gate.js";
import { mergeAnswers } from "../gates/merge-answers.js";
import {
  type CodeIntent,
  type DeployedPhase,
  type GateStep,
  inFiles,
  isSameTable,
  type Plan,
  type Unit,
} from "../model/index.js";
import { dependsOn, foreignObjects } from "../operate/deploy/foreign-objects.js";
import { missingColumns } from "../operate/deploy/missing-columns.js";
import { withContract } from "../operate/deploy/taken-by.js";
import { migrationOf } from "../plan/migration-of.js";
import { nextPhase } from "../plan/next-phase.js";
import { planFolder } from "../plan/plan-file.js";
import { addingColumns, releasesOf } from "../plan/releases.js";
import { listPlans } from "../plan/store.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import { readTargetState } from "../plugin/target-state.js";
import { columnLabel } from "../review/messages.js";
import { deployCommand } from "../review/next-step.js";
import { unlistedHelp, unlistedStatement } from "../review/unlisted.js";
import { missingParts } from "../target/facts/missing-parts.js";
import { requireSystem } from "../target/facts/same-system.js";
import { readTable } from "../target/facts/table.js";
import { evidenceName } from "../target/ledger/evidence.js";
import { readMigrations } from "./read-migrations.js";
import { developmentTarget, type Target } from "./targets.js";

export { migrationOf } from "../plan/migration-of.js";

/** An open connection to a target. Close the connection when done. */
export interface OpenTarget {
  readonly target: Target;
  readonly connection: Connection;
  readonly facts: GateFacts;
}

/**
 * Connects to a target and reads which of the plan's released migrations it has.
 *
 * @param isReadOnly false: the caller also writes the ledger over this connection
 * @throws LS8004 the target is unreachable · LS7005 the plan is for another database system
 */
export async function openTarget(
  target: Target,
  plan: Plan,
  project: Project,
  plugin: OrmPlugin,
  isReadOnly = true,
): Promise<OpenTarget> {
  const connection = await connect(target.url, { applicationName: "lockstep", needsSession: false, isReadOnly });
  try {
    return await askAbout(target, connection, plan, project, plugin);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Reads over an open connection which of the plan's released migrations a target has. */
export async function askAbout(
  target: Target,
  connection: Connection,
  plan: Plan,
  project: Project,
  plugin: OrmPlugin,
): Promise<OpenTarget> {
  requireSystem(connection, plan, target.name);
  // The order matters: a deployment that ends between the two reads has then recorded all its rows.
  const running = await plugin.deployingSession(connection);
  const { applied, failed: unfinished } = await plugin.readApplied(connection, project);
  const state = { applied, failed: running === undefined ? unfinished : [] };
  const released = plan.state.written.map((unit) => migrationOf(unit.file));
  const listed = plugin.listMigrations(project);
  const files = plan.state.written.map(({ file }) => file);
  const left = (await plugin.unlisted?.(project, files)) ?? [];
  const unlisted = left.filter(({ file }) => files.includes(file) && !state.applied.includes(migrationOf(file)));
  const inRepository = new Set([...listed, ...left.map(({ file }) => migrationOf(file))]);
  // A squashed history no longer has the migration's file, so nothing is left to apply.
  const pending = released.filter(
    (name) => inRepository.has(name) && !state.applied.includes(name) && !state.failed.includes(name),
  );
  return {
    target,
    connection,
    facts: {
      plan: plan.id,
      evidence: evidenceName(plan),
      target: target.name,
      connection,
      columns: plan.columns,
      isUndone: plan.state.released === "undone",
      ...(target.services && { services: target.services }),
      ...(target.measures && { measures: target.measures }),
      writtenFrom: (step) => writtenFrom(plan, step),
      goesWith: goingWith(connection, plan, project, plugin),
      readModels: () => plugin.readModels(project),
      deploy: deployTo(target.name, plugin),
      recover: plugin.words.recover,
      units: {
        applied: released.filter((name) => state.applied.includes(name)),
        // Any failed migration blocks the ORM's next deployment, not only the plan's own.
        failed: [...state.failed],
        pending,
        ...(running !== undefined && { running }),
        isSquashed: released.length > 0 && released.every((name) => !inRepository.has(name)),
        unlisted: unlisted.map((each) => ({ statement: unlistedStatement(each), help: unlistedHelp(each) })),
        lacking:
          plan.state.released === "undone"
            ? pending.length > 0
              ? []
              : await missingColumns(connection, [plan], { project, plugin, applied: state.applied })
            : await lackingParts(target, connection, plan, new Set(pending), inRepository, plugin),
      },
    },
  };
}

/** What depends on the columns and tables that the contract of a plan drops there, behind all pending migrations. Read when first asked. */
function goingWith(
  connection: Connection,
  plan: Plan,
  project: Project,
  plugin: OrmPlugin,
): NonNullable<GateFacts["goesWith"]> {
  let found: ReturnType<typeof foreignObjects> | undefined;
  const read = async () => {
    const plans = listPlans(project.root);
    const state = await readTargetState(connection, { project, plugin, plans });
    const checking = await checkingOf(connection.dialect.id);
    const names = [...state.failed, ...state.pending].filter(
      (name) => !state.units.some(({ migration }) => migration === name),
    );
    const own = checking === undefined ? [] : await readMigrations(checking, names, { project, plugin, plans });
    const known = own.map(({ name, operations = [] }) => ({ name, operations }));
    return foreignObjects(connection, nextPhase(plan) === undefined ? state : withContract(state, plan), plans, known);
  };
  return async (step) => {
    found ??= read();
    return (await found).filter(dependsOn(step)).map(({ dependent }) => dependent);
  };
}

/** The deploy command for one target. The ORM's own command connects to the database of the current environment. */
export function deployTo(target: string, { words }: OrmPlugin): string {
  return target === developmentTarget ? words.deploy : deployCommand(words, target);
}

/** The phase whose code writes a column. Until switch, only the trigger writes a mirror. */
export function writtenFrom({ columns, intents }: Plan, { table, column }: GateStep): DeployedPhase {
  const isOf = ({ kind, model, field }: CodeIntent) =>
    kind === "write" &&
    columns.some(
      (each) => each.name === column && isSameTable(each.table, table) && each.model === model && each.field === field,
    );
  return (["expand", "switch", "contract"] as const).find((phase) => intents[phase].some(isOf)) ?? "expand";
}

/**
 * Finds the parts that `db push`, `migrate resolve --applied` or a squashed history leave out: they handle columns but not triggers. Units
 * can run twice, so the suggested fix is to rerun the unit that creates the part.
 */
async function lackingParts(
  target: Target,
  connection: Connection,
  plan: Plan,
  pending: ReadonlySet<string>,
  inRepository: ReadonlySet<string>,
  plugin: OrmPlugin,
): Promise<NonNullable<GateFacts["units"]["lacking"]>> {
  const expand = releasesOf(plan).filter(
    ({ phase, kind, file }) => phase === "expand" && kind === "phase" && inRepository.has(migrationOf(file)),
  );
  const isDeployed = !expand.some(({ file }) => pending.has(migrationOf(file)));
  const parts = await missingParts(connection, plan.columns);
  return parts
    .filter(({ lacks }) => isDeployed || lacks === "trigger")
    .map(({ column, lacks, statement }) => {
      if (lacks === "type")
        return {
          statement,
          help: `npx lockstep abandon ${plan.id}   # or restore its type on ${target.name}`,
        };
      const isOfTable = ({ spec }: Unit) => "table" in spec && isSameTable(spec.table, column.table);
      const own = expand.filter(({ units }) => units.some(isOfTable));
      const making = (kinds: readonly Unit["spec"]["kind"][]) =>
        own.filter(({ units }) => units.some((unit) => isOfTable(unit) && kinds.includes(unit.spec.kind)));
      const trigger = making(["expand"])[0];
      const again = inFiles(plan.undo.contract).find((units) =>
        units.some((unit) => isOfTable(unit) && unit.spec.kind === "undo-contract"),
      );
      const makers: Readonly<Record<typeof lacks, () => readonly string[]>> = {
        column: () => own.map(({ file }) => file),
        index: () => making(["create-index"]).map(({ file }) => file),
        "foreign-key": () => making(["add-foreign-key"]).map(({ file }) => file),
        trigger: () =>
          trigger !== undefined
            ? [trigger.file]
            : again === undefined
              ? []
              : [`${planFolder(plan.id)}/undo/contract-${again[0].id}.sql`],
      };
      const files = makers[lacks]();
      const help =
        files.length === 0
          ? `Deploy to ${target.name} first: ${deployTo(target.name, plugin)}`
          : `With the URL of ${target.name}: ${files.map((file) => plugin.words.execute(file)).join(" && ")}`;
      return { statement, help };
    });
}

/**
 * Throws if a target lacks a column or its fill trigger although its migrations count as applied there, or has a column that they did not
 * create: its values are those of another plan.
 *
 * @throws LS5001 with the command that creates it
 */
export async function assertParts(target: Target, plan: Plan, project: Project, plugin: OrmPlugin): Promise<void> {
  const { connection, facts } = await openTarget(target, plan, project, plugin);
  const column = await othersColumn(connection, facts.units, plan, { project, plugin }).finally(() =>
    connection.close(),
  );
  if (column !== undefined)
    throw new LockstepError(
      "LS5001",
      `${column.label} exists on ${target.name}, but ${column.migration} of plan ${plan.id}, which adds it, has not run there: the column is not that of this plan.`,
      {
        hint: `${deployTo(target.name, plugin)}   # reports whose column it is`,
      },
    );
  const [lack] = facts.units.lacking ?? [];
  if (lack !== undefined)
    throw new LockstepError("LS5001", `${lack.statement} on ${target.name}.`, { hint: lack.help });
}

/** A column of a plan that exists on a target on which its migration has not run. */
async function othersColumn(
  connection: Connection,
  { pending }: GateFacts["units"],
  plan: Plan,
  { project, plugin }: { readonly project: Project; readonly plugin: OrmPlugin },
) {
  // `db push` makes columns without migrations.
  if (pending.length === 0 || (await plugin.readApplied(connection, project)).applied.length === 0) return undefined;
  for (const { file, units } of addingColumns(plan)) {
    const migration = migrationOf(file);
    for (const { spec } of pending.includes(migration) ? units : []) {
      if (spec.kind !== "expand" && spec.kind !== "online-copy") continue;
      const columns = plan.columns.filter(({ table }) => isSameTable(table, spec.table));
      const found = (await readTable(connection, spec.table))?.columns ?? [];
      const column = columns.find(({ name }) => found.some((each) => each.name === name));
      if (column !== undefined) return { label: columnLabel(column), migration };
    }
  }
  return undefined;
}

/** Runs the gates of a phase on one target. */
export async function askPhase(open: OpenTarget, steps: readonly GateStep[]): Promise<readonly GateAnswer[]> {
  return mergeAnswers(await askGates(steps, open.facts));
}
