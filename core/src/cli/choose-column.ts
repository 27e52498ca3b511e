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

/** What `lockstep code` works on. */
export interface CodeWork {
  /** Of a column without a plan: one in memory. */
  readonly plan: Plan;
  /** As it is typed for this. */
  readonly command: string;
  /** Where what was decided is kept; absent: in the plan. */
  readonly keep?: typeof keepColumnChoices;
}

/**
 * What a person means by `lockstep code <name>`: a plan, or a column; several with commas between them. Without a name it is the open
 * plan, else the newest change of tables that were there before.
 *
 * @throws LS3005 no such plan, or nothing to work on · LS3006 several plans are open, or are meant · LS3013 no such column
 */
export async function chooseCodeWork(
  name: string | undefined,
  project: Project,
  plugin: Pick<OrmPlugin, "readModels" | "listMigrations" | "readStatements">,
): Promise<CodeWork> {
  const plans = listPlans(project.root);
  const ofPlan = (plan: Plan): CodeWork => ({
    plan,
    // Of a finished one the name is needed: without it the newest change is meant.
    command: isOpen(plan) || name === undefined ? commandFor("code", plan, plans) : `npx lockstep code ${plan.id}`,
  });
  const isPlan = plans.some(({ id }) => id === name);
  if (isPlan || (name === undefined && plans.some(isOpen))) return ofPlan(choosePlan(project.root, name));
  const models = await plugin.readModels(project);
  const ofColumns = (columns: readonly NamedColumn[]): CodeWork => {
    const plan = columnPlan(columns, models, project, readColumnChoices(project));
    return { plan, command: `npx lockstep code ${plan.id}`, keep: keepColumnChoices };
  };
  if (name === undefined) {
    const newest = await newestChange(project, plugin, models, plans);
    if (newest !== undefined) return "state" in newest ? ofPlan(newest) : ofColumns(newest);
    if (plans.length > 0) return ofPlan(choosePlan(project.root, undefined));
    throw nothingNew(models);
  }
  if (!name.includes(".")) return ofPlan(choosePlan(project.root, name));
  const columns = name.split(",").map((each) => columnNamed(each.trim(), models));
  const open = plans.filter(isOpen).map((plan) => followNames(plan, namedColumns(models)));
  const planned = columns.map((column) => open.find((plan) => editsCodeOf(plan, column)));
  const [plan] = planned;
  if (planned.every((each) => each === plan)) return plan === undefined ? ofColumns(columns) : ofPlan(plan);
  throw new LockstepError(
    "LS3006",
    `${name}: these columns do not share one plan: some have another open plan, or none.`,
    {
      hint: `Run the command once per column: npx lockstep code ${columns.map(columnName)[0]}`,
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
 * The column that a person means by `User.alias`.
 *
 * @throws LS3013 the models have none of that name
 */
function columnNamed(name: string, models: readonly EntityModel[]): NamedColumn {
  const columns = namedColumns(models);
  const found = columns.find((each) => columnName(each) === name);
  if (found !== undefined) return found;
  const close = nearest(name, columns.map(columnName));
  const model = models.find((each) => name.startsWith(`${each.name}.`));
  throw new LockstepError("LS3013", `No model has a column ${name}.`, {
    ...(close !== undefined
      ? { hint: `npx lockstep code ${close}` }
      : model !== undefined
        ? { hint: `${model.name} has: ${model.fields.map((field) => field.name).join(", ")}` }
        : {}),
  });
}

/**
 * The newest change of tables that were there before: what a migration added, or the plan that it is of; undefined where no migration
 * adds a column that the models have.
 *
 * @throws LS3005 a migration's SQL is made in code, so nobody can tell what it adds
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
    // A plan that asks nothing of the code stands for the change as it was.
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
      hint: "Name the column: npx lockstep code <Model.field>",
    },
  );
}

/** The columns that a migration adds to tables that were there before, as far as the models have them. */
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
