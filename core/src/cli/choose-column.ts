import { LockstepError } from "../errors.js";
import { type EntityModel, isSameTable, type Plan, type TableName } from "../model/index.js";
import { nearest } from "../nearest.js";
import { followNames, type NamedColumn, namedColumns } from "../plan/follow-names.js";
import { migrationOf } from "../plan/migration-of.js";
import { namedAsModels } from "../plan/named-as-models.js";
import { choosePlan, isOpen, listPlans } from "../plan/store.js";
import type { OrmPlugin, Project } from "../plugin.js";
import { keepColumnChoices, readColumnChoices } from "../release/column-choices.js";
import { columnPlan } from "../release/column-plan.js";
import { commandFor } from "../review/words.js";
import { loadParser } from "../sql/postgres/parser.js";
import { readMigration } from "../sql/postgres/read-migration.js";

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
 * What a person means by `lockstep code <name>`: a plan, a column, or a migration with the columns that it added. Without a name it is
 * the open plan, else the newest change of tables that were there before.
 *
 * @throws LS3005 there is none of that name, or nothing to work on · LS3006 several plans are open · LS3013 no such column
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
  const ofColumns = (id: string, columns: readonly NamedColumn[]): CodeWork => ({
    plan: columnPlan(id, columns, models, project, readColumnChoices(project)),
    command: `npx lockstep code ${id}`,
    keep: keepColumnChoices,
  });
  if (name === undefined) {
    const newest = await newestChange(project, plugin, models, plans);
    if (newest === undefined && plans.length > 0) return ofPlan(choosePlan(project.root, undefined));
    if (newest === undefined) throw nothingNew(models);
    if ("state" in newest) return ofPlan(newest);
    const [only, second] = newest.columns;
    return ofColumns(only !== undefined && second === undefined ? labelOf(only) : newest.migration, newest.columns);
  }
  if (plugin.listMigrations(project).includes(name)) {
    const columns = await columnsAdded(name, project, plugin, models);
    if (columns.length > 0) return ofColumns(name, columns);
    throw new LockstepError("LS3005", `${name} adds no column that the models have to a table that was there before.`, {
      hint: anyColumn(models),
    });
  }
  if (!name.includes(".")) return ofPlan(choosePlan(project.root, name));
  const column = columnNamed(name, models);
  const planned = plans
    .filter(isOpen)
    .map((plan) => followNames(plan, namedColumns(models)))
    .find(({ intents }) =>
      Object.values(intents)
        .flat()
        .some((intent) => labelOf(intent) === name),
    );
  return planned === undefined ? ofColumns(name, [column]) : ofPlan(planned);
}

function nothingNew(models: readonly EntityModel[]): LockstepError {
  return new LockstepError(
    "LS3005",
    "No plan is open, and no migration adds a column to a table that was there before.",
    { hint: anyColumn(models) },
  );
}

function anyColumn(models: readonly EntityModel[]): string {
  const [first] = namedColumns(models);
  return `Any column can be named: npx lockstep code ${first === undefined ? "<Model.field>" : labelOf(first)}`;
}

/** What a migration added to tables that were there before. */
export interface NewColumns {
  /** As `listMigrations` has it. */
  readonly migration: string;
  readonly columns: readonly NamedColumn[];
}

/**
 * The column that a person means by `User.alias`.
 *
 * @throws LS3013 the models have none of that name
 */
export function columnNamed(name: string, models: readonly EntityModel[]): NamedColumn {
  const columns = namedColumns(models);
  const found = columns.find((each) => labelOf(each) === name);
  if (found !== undefined) return found;
  const close = nearest(name, columns.map(labelOf));
  const model = models.find((each) => name.startsWith(`${each.name}.`));
  throw new LockstepError("LS3013", `No model has a column ${name}.`, {
    ...(close !== undefined
      ? { hint: `npx lockstep code ${close}` }
      : model !== undefined
        ? { hint: `${model.name} has: ${model.fields.map((field) => field.name).join(", ")}` }
        : {}),
  });
}

/** `User.alias` */
export function labelOf({ model, field }: Pick<NamedColumn, "model" | "field">): string {
  return `${model}.${field}`;
}

/**
 * The newest change of tables that were there before: what the migration added, or the plan that the migration is of; undefined where
 * no migration adds a column that the models have.
 *
 * @throws LS3005 a migration's SQL is made in code, so nobody can tell what it adds
 */
export async function newestChange(
  project: Project,
  plugin: Pick<OrmPlugin, "listMigrations" | "readStatements">,
  models: readonly EntityModel[],
  plans: readonly Plan[],
): Promise<NewColumns | Plan | undefined> {
  for (const migration of plugin.listMigrations(project).toReversed()) {
    const plan = plans.find(({ state }) => state.written.some(({ file }) => migrationOf(file) === migration));
    if (plan !== undefined && plan.state.released !== "undone") return plan;
    const columns = plan === undefined ? await columnsAdded(migration, project, plugin, models) : [];
    if (columns.length > 0) return { migration, columns };
  }
  return undefined;
}

/**
 * The columns that a migration adds to tables that were there before, as far as the models have them.
 *
 * @throws LS3005 its SQL is made in code
 */
export async function columnsAdded(
  migration: string,
  project: Project,
  plugin: Pick<OrmPlugin, "readStatements">,
  models: readonly EntityModel[],
): Promise<readonly NamedColumn[]> {
  const statements = await plugin.readStatements(project, migration);
  if (statements === undefined)
    throw new LockstepError("LS3005", `${migration} makes its SQL in code: what it adds cannot be told.`, {
      hint: "Name the column: npx lockstep code <Model.field>",
    });
  const sql = statements.up.map((each) => each.replace(/;?\s*$/, ";\n")).join("");
  const read = readMigration(sql, migration, await loadParser());
  const { operations } = namedAsModels(read, models, "public");
  const isNew = (table: TableName) =>
    operations.some((operation) => operation.kind === "createTable" && isSameTable(operation.table, table));
  const columns = namedColumns(models);
  return operations.flatMap((operation) => {
    if (operation.kind !== "addColumn" || isNew(operation.table)) return [];
    const { table, column } = operation;
    const exact = columns.filter((each) => isSameTable(each.table, table) && each.name === column.name);
    // A naming strategy of TypeORM's data source may write names in another way than the models say.
    const alike = columns.filter((each) => isAlike(each.table.name, table.name) && isAlike(each.name, column.name));
    const found = exact.length > 0 ? exact : alike.length === 1 ? alike : [];
    return found.slice(0, 1);
  });
}

function isAlike(one: string, other: string): boolean {
  const plain = (name: string) => name.replaceAll("_", "").toLowerCase();
  return plain(one) === plain(other);
}
