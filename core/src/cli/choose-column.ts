import { LockstepError } from "../base/errors.js";
import { nearest } from "../base/nearest.js";
import { keepColumnChoices, readColumnChoices } from "../change/release/column-choices.js";
import { columnPlan } from "../change/release/column-plan.js";
import { sqlReader } from "../databases/sql-reader.js";
import type { EntityModel, Plan } from "../model/index.js";
import { addedColumns, declaredAs, editsCodeOf } from "../plan/added-columns.js";
import { columnName, followNames, type NamedColumn, namedColumns } from "../plan/follow-names.js";
import { migrationOf } from "../plan/migration-of.js";
import { namedAsModels } from "../plan/named-as-models.js";
import { choosePlan, isOpen, listPlans } from "../plan/store.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import { commandFor } from "../review/messages.js";

/** The plan or columns that `lockstep code` edits. */
export interface CodeWork {
  /** For a column without a plan, an in-memory plan. */
  readonly plan: Plan;
  /** The command that the user types for this work. */
  readonly command: string;
  /** Stores decisions. Absent: the plan stores them. */
  readonly keep?: typeof keepColumnChoices;
}

/**
 * Resolves the argument of `lockstep code <name>`: a plan, a column, or several columns separated by commas. Without a name it selects the
 * open plan, else the newest change to existing tables.
 *
 * @throws LS3005 no such plan, or nothing to work on · LS3006 several plans are open or match · LS3013 no such column
 */
export async function chooseCodeWork(
  name: string | undefined,
  project: Project,
  plugin: Pick<OrmPlugin, "readModels" | "listMigrations" | "readStatements">,
): Promise<CodeWork> {
  const plans = listPlans(project.root);
  const typed = (id: string) => `npx lockstep code ${id}`;
  const ofPlan = (plan: Plan): CodeWork => ({
    plan,
    // A finished plan needs its name: without it, `code` selects the newest change.
    command: isOpen(plan) || name === undefined ? commandFor("code", plan, plans) : `npx lockstep code ${plan.id}`,
  });
  const isPlan = plans.some(({ id }) => id === name);
  if (isPlan || (name === undefined && plans.some(isOpen))) return ofPlan(choosePlan(project.root, name, { typed }));
  const models = await plugin.readModels(project);
  const ofColumns = (columns: readonly NamedColumn[]): CodeWork => {
    const plan = columnPlan(columns, models, project, readColumnChoices(project));
    return { plan, command: `npx lockstep code ${plan.id}`, keep: keepColumnChoices };
  };
  if (name === undefined) {
    const newest = await newestChange(project, plugin, models, plans);
    if (newest !== undefined) return "state" in newest ? ofPlan(newest) : ofColumns(newest);
    if (plans.length > 0) return ofPlan(choosePlan(project.root, undefined, { typed }));
    throw nothingNew(models);
  }
  if (!name.includes(".")) return ofPlan(choosePlan(project.root, name, { typed }));
  const columns = name.split(",").map((each) => columnNamed(each.trim(), models));
  const open = plans.filter(isOpen).map((plan) => followNames(plan, namedColumns(models)));
  const planned = columns.map((column) => open.find((plan) => editsCodeOf(plan, column)));
  const [plan] = planned;
  if (planned.every((each) => each === plan)) return plan === undefined ? ofColumns(columns) : ofPlan(plan);
  throw new LockstepError(
    "LS3006",
    `${name}: these columns do not share one plan: some have another open plan, or none.`,
    {
      hint: `npx lockstep code ${columns.map(columnName)[0]}   # once per column`,
    },
  );
}

function nothingNew(models: readonly EntityModel[]): LockstepError {
  return new LockstepError("LS3005", "No plan is open, and no migration adds a column to an existing table.", {
    hint: anyColumn(models),
  });
}

function anyColumn(models: readonly EntityModel[]): string {
  const [first] = namedColumns(models);
  return `Any column can be named: npx lockstep code ${first === undefined ? "<Model.field>" : columnName(first)}`;
}

/**
 * Finds the column for a name such as `User.alias`.
 *
 * @throws LS3013 no model has this column
 */
function columnNamed(name: string, models: readonly EntityModel[]): NamedColumn {
  const columns = namedColumns(models);
  const found = columns.find((each) => columnName(each) === name);
  if (found !== undefined) return found;
  throw noColumn(name, models);
}

/** The error for an unknown column, with the nearest one or those of the model. */
export function noColumn(
  name: string,
  models: readonly EntityModel[],
  typed = (near: string) => `npx lockstep code ${near}`,
): LockstepError {
  const close = nearest(name, namedColumns(models).map(columnName));
  const model = models.find((each) => name.startsWith(`${each.name}.`));
  return new LockstepError("LS3013", `No model has a column ${name}.`, {
    ...(close !== undefined
      ? { hint: typed(close) }
      : model !== undefined
        ? { hint: `${model.name} has: ${model.fields.map((field) => field.name).join(", ")}` }
        : {}),
  });
}

/**
 * Returns the newest change to existing tables: the columns that a migration added, or that migration's plan. Returns undefined if no
 * migration adds a column that the models have.
 *
 * @throws LS3005 a migration builds its SQL in code, so Lockstep cannot find what it adds
 */
async function newestChange(
  project: Project,
  plugin: Pick<OrmPlugin, "listMigrations" | "readStatements">,
  models: readonly EntityModel[],
  plans: readonly Plan[],
): Promise<readonly NamedColumn[] | Plan | undefined> {
  for (const migration of plugin.listMigrations(project).toReversed()) {
    const plan = plans.find(({ state }) => state.written.some(({ file }) => migrationOf(file) === migration));
    if (plan?.state.released === "undone") continue;
    if (plan !== undefined && Object.values(plan.intents).some(({ length }) => length > 0)) return plan;
    // If a plan needs no code edits, use its original change.
    const sql = plan?.source.sql ?? (await sqlOf(migration, project, plugin));
    const columns = await columnsIn(sql, migration, models, project);
    if (columns.length > 0) return columns;
  }
  return undefined;
}

async function sqlOf(migration: string, project: Project, plugin: Pick<OrmPlugin, "readStatements">): Promise<string> {
  const statements = await plugin.readStatements(project, migration);
  if (statements !== undefined) return statements.up.map((each) => each.replace(/;?\s*$/, ";\n")).join("");
  throw new LockstepError(
    "LS3005",
    `${migration} builds its SQL in code, so Lockstep cannot find the column that it adds.`,
    {
      hint: "npx lockstep code <Model.field>",
    },
  );
}

/** The columns that a migration adds to existing tables and that the models declare. */
async function columnsIn(
  sql: string,
  migration: string,
  models: readonly EntityModel[],
  { dialect }: Pick<Project, "dialect">,
): Promise<readonly NamedColumn[]> {
  const reader = await sqlReader(dialect);
  const { operations } = namedAsModels(reader.readMigration(sql, migration), models, "public");
  const declared = namedColumns(models);
  return addedColumns(operations).flatMap((column) => declaredAs(column, declared) ?? []);
}
