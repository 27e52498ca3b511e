import { LockstepError } from "../base/errors.js";
import { named, patternOf } from "../base/pattern-of.js";
import {
  addedBy,
  type DeclaredIndex,
  type EntityModel,
  isSameTable,
  type Plan,
  type PlannedColumn,
  type PlanState,
  type TableName,
  tableLabel,
} from "../model/index.js";
import { refuseLostSources, refuseUnfilledSources } from "./guard-sources.js";
import { isMade, type MadeObject, madeBy, madeByUnits } from "./made-objects.js";
import { pathsOf } from "./one-side.js";
import { isOpen } from "./store.js";
import { needsOf, takenNeed, takenText } from "./takes-and-needs.js";

/**
 * Rejects an undo of what another plan depends on.
 *
 * @param to the phase of the plan afterwards
 * @throws LS2012, LS2013 if a fill of an open plan reads the column · LS3020 if a later or an open plan has the same column, or the undo
 *   would drop an index of an open plan
 */
export function refuseUndo(plan: Plan, to: PlanState["released"], plans: readonly Plan[]): void {
  const others = plans.filter((other) => other.id !== plan.id);
  for (const other of to === "undone" && isOpen(plan) ? others.filter(isOpen) : []) {
    const same = addedBy(plan).find((column) => hasColumn(other, column));
    if (same !== undefined)
      throw new LockstepError(
        "LS3020",
        `${label(same)} is also the column of the open plan ${other.id}: undoing one plan would drop it, with its values, for both.`,
        { hint: takeOut(plan.id > other.id ? plan : other) },
      );
  }
  for (const other of others.filter((each) => each.id > plan.id && each.state.released !== "undone")) {
    const same = addedBy(plan).find((column) => hasColumn(other, column));
    if (same === undefined) continue;
    throw new LockstepError(
      "LS3020",
      `${label(same)} now belongs to plan ${other.id}: it was dropped and planned again.`,
      { hint: `npx lockstep abandon ${other.id}` },
    );
  }
  for (const other of others.filter(isOpen)) {
    if (to !== "undone") {
      refuseUnfilledSources(other.columns, [plan]);
      continue;
    }
    refuseLostSources(
      addedBy(plan).map(({ table, name }) => ({
        kind: "dropColumn",
        table,
        column: name,
        statement: 0,
        line: 0,
        sql: `DROP COLUMN "${name}", to take back ${plan.id}`,
      })),
      other.columns,
      other.id,
    );
    refuseLostNeed(plan, other);
  }
}

/** For two plans on one column after a merge: how to remove the later plan and keep the column. */
export function takeOut({ id, state }: Plan): string {
  // Forced: after a merge that is not committed, git refuses to remove what it has staged.
  return [
    `git rm -rf --ignore-unmatch -- ${pathsOf(id, state.written)}   # removes ${id}: databases that have run it stay as they are`,
    "npx lockstep check",
  ].join("\n");
}

/** An index, a key or a foreign key of an open plan may use the column. */
function refuseLostNeed(plan: Plan, other: Plan): void {
  const takings = addedBy(plan).map(({ table, name }) => ({ table, column: name, does: "drops" as const }));
  const lost = takenNeed(takings, needsOf(other, madeByUnits(other)));
  if (lost === undefined) return;
  throw new LockstepError("LS3020", `The undo of plan ${plan.id} drops ${takenText(lost, other.id)}`, {
    hint: `npx lockstep abandon ${other.id}, then npx lockstep abandon ${plan.id}`,
  });
}

/** A declaration in the models over the columns of a plan that no plan created: it is dropped with them. */
export interface DeclaredOver {
  /** `@@index([handle, name])` */
  readonly text: string;
  /** `prisma/schema.prisma:21` */
  readonly at: string;
  /** A view, which no command drops. */
  readonly stays?: boolean;
}

/**
 * Finds declarations in the models over the columns of a plan that the plan itself did not create.
 *
 * @returns those of no plan: a person has to agree to the drop
 * @throws LS3020 if another plan created it · LS3021 if the column cannot be dropped while it exists
 */
export async function declaredByOthers(
  plan: Plan,
  plans: readonly Plan[],
  models: readonly EntityModel[],
  indexes: readonly DeclaredIndex[],
): Promise<readonly DeclaredOver[]> {
  const declared = addedBy(plan).flatMap((column) => declaredOver(column, models, indexes));
  if (declared.length === 0) return [];
  const own = await madeBy(plan);
  const foreign = declared.filter((each) => !isDeclaredBy(own, each));
  for (const other of plans.filter(({ id, state }) => id !== plan.id && state.released !== "undone")) {
    const made = await madeBy(other);
    const lost = foreign.find((each) => isDeclaredBy(made, each));
    if (lost === undefined) continue;
    throw new LockstepError(
      "LS3020",
      `${lost.text} (${lost.at}) of plan ${other.id} uses ${label(lost.column)} and would be dropped with it.`,
      {
        hint: `npx lockstep abandon ${other.id}, then npx lockstep abandon ${plan.id}. Or first remove it in a separate change`,
      },
    );
  }
  const needed = foreign.find(({ kind, isReference }) => kind === "primary-key" || isReference);
  if (needed !== undefined)
    throw new LockstepError("LS3021", `${needed.text} (${needed.at}) needs ${label(needed.column)}.`, {
      hint: `Remove it in a separate change.\nnpx lockstep abandon ${plan.id}`,
    });
  // The database may have no foreign key for a relation that came with the column.
  const isOwn = ({ relation }: Declared) =>
    relation !== undefined && plan.originalModels.some(({ text }) => named(relation).test(text));
  const asked = foreign.filter((each) => !isOwn(each));
  const seen = new Map(
    asked.map(({ text, at, kind }) => [`${at} ${text}`, { text, at, ...(kind === "view" ? { stays: true } : {}) }]),
  );
  return [...seen.values()];
}

interface Declared extends DeclaredOver {
  readonly kind: MadeObject["kind"] | "view";
  readonly column: PlannedColumn;
  readonly table: TableName;
  readonly columns: readonly string[];
  readonly expression?: string | undefined;
  /** Its field in the model of the column. */
  readonly relation?: string;
  /** Rows of another table refer to the column. */
  readonly isReference?: true;
}

function declaredOver(
  column: PlannedColumn,
  models: readonly EntityModel[],
  indexes: readonly DeclaredIndex[],
): Declared[] {
  const own = models.filter(({ table }) => isSameTable(table, column.table));
  const columnOf = (model: EntityModel, field: string): readonly string[] => {
    const relation = model.relations.find(({ name }) => name === field)?.fields ?? [field];
    return relation.map((each) => model.fields.find(({ name }) => name === each)?.column ?? each);
  };
  const beside = own.flatMap((model) =>
    indexes
      .filter((each) => each.kind !== "view" && each.model === model.name)
      .map((each) => ({ ...each, columns: each.fields.flatMap((field) => columnOf(model, field)) })),
  );
  const relations = models.flatMap((model) =>
    model.relations.flatMap(({ name, model: to, fields, references }): Declared[] => {
      if (fields === undefined) return [];
      const columns = fields.flatMap((field) => columnOf(model, field));
      const about = { kind: "foreign-key" as const, column, table: model.table, columns };
      const said = { text: `the relation ${model.name}.${name}`, at: `to ${to}` };
      if (own.includes(model) && columns.includes(column.name)) return [{ ...about, ...said, relation: name }];
      const target = own.find((each) => each.name === to);
      const isReference =
        target !== undefined && references?.some((field) => columnOf(target, field).includes(column.name)) === true;
      return isReference ? [{ ...about, ...said, isReference }] : [];
    }),
  );
  const keys = own.filter(({ primaryKey }) => primaryKey.includes(column.name));
  const fields = own.flatMap((model) => model.fields.filter(({ column: name }) => name === column.name));
  const views = indexes.filter(({ kind, expression = "" }) => {
    const isIn = ({ name }: { readonly name: string }) => isNamed(name, expression);
    return kind === "view" && [column.table, ...own].some(isIn) && [column, ...fields].some(isIn);
  });
  return [
    ...views.map((each) => ({ ...each, columns: [] })),
    ...beside.filter((each) =>
      each.expression === undefined ? each.columns.includes(column.name) : isNamed(column.name, each.expression),
    ),
    ...keys.map(({ name, primaryKey }) => ({
      kind: "primary-key" as const,
      columns: primaryKey,
      text: `the primary key of ${name}`,
      at: primaryKey.join(", "),
    })),
  ]
    .map((each): Declared => ({ ...each, column, table: column.table }))
    .concat(relations);
}

/** A condition has no columns of its own, so compares its expression. */
function isDeclaredBy(made: readonly MadeObject[], { expression, ...declared }: Declared): boolean {
  const { kind } = declared;
  if (kind === "view") return false;
  if (expression === undefined) return isMade(made, { ...declared, kind });
  return made.some(
    ({ kind, table, sql }) => kind === "check" && isSameTable(table, declared.table) && sql.includes(expression),
  );
}

function isNamed(column: string, expression: string): boolean {
  const pattern = new RegExp(`(?<![\\w$])${patternOf(column)}(?![\\w$])`, "i");
  return pattern.test(expression.replace(/'(?:[^']|'')*'/g, ""));
}

function label({ table, name }: Plan["columns"][number]): string {
  return `"${tableLabel(table)}"."${name}"`;
}

function hasColumn(plan: Plan, { table, name }: Plan["columns"][number]): boolean {
  return plan.columns.some((column) => column.name === name && isSameTable(column.table, table));
}
