import { LockstepError } from "../../base/errors.js";
import { ignoring, isNoBug } from "../../base/expected-errors.js";
import type { Connection } from "../../dialect/connection.js";
import { objectLabel, type Plan } from "../../model/index.js";
import { namedColumns } from "../../plan/follow-names.js";
import { dropGates } from "../../plan/next-phase.js";
import { planFolder } from "../../plan/plan-file.js";
import { mayBeSame } from "../../plan/takes-and-needs.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";
import type { TargetState } from "../../plugin/target-state.js";
import { readTable } from "../../target/facts/table.js";

/** The columns of the models, as far as the files show them. */
async function declaredIn(project: Project, plugin: OrmPlugin): Promise<ReturnType<typeof namedColumns>> {
  const files = plugin.listMigrations(project).map((name) => plugin.migrationPath(project, name));
  return namedColumns((await plugin.readModelsIn?.(project.root, files).catch(ignoring(isNoBug))) ?? []);
}

/**
 * Rejects to drop a column that the target has and the models of this commit declare, also if a later migration adds it again: nobody can
 * confirm that no build uses it, and its values would be lost.
 *
 * @throws LS3024
 */
export async function requireUndeclaredDrops(
  connection: Connection,
  { units }: TargetState,
  { project, plugin, target }: { readonly project: Project; readonly plugin: OrmPlugin; readonly target: string },
): Promise<void> {
  const drops = units
    .filter(({ isPast }) => !isPast)
    .flatMap((unit) =>
      unit.kind === "undo" || unit.unit.spec.kind === "drop-column"
        ? dropGates(unit.plan, unit.unit).map((gate) => ({ ...unit, gate }))
        : [],
    );
  const declared = drops.length === 0 ? [] : await declaredIn(project, plugin);
  for (const { plan, migration, gate, kind } of drops) {
    const field = declared.find((each) => each.name === gate.column && mayBeSame(each.table, gate.table));
    const facts = field && (await readTable(connection, gate.table));
    if (field === undefined || facts?.columns.every(({ name }) => name !== gate.column) !== false) continue;
    throw new LockstepError(
      "LS3024",
      `${field.model}.${field.field} is in the model, and ${migration} drops ${objectLabel(gate)}, which ${target} has with its values.`,
      {
        hint: `Deploy a commit first whose model does not have ${field.model}.${field.field}, with its code: it runs ${migration}.\n       To keep the values, take ${planFolder(plan.id)} and its migrations from the branch where it is not ${kind === "undo" ? "undone" : "in contract"}.`,
      },
    );
  }
}

/** A column that an undone plan keeps, and that a target lacks. */
export interface MissingColumn {
  readonly statement: string;
  readonly help: string;
}

/**
 * Columns that the models declare, whose drop is undone here, and that a target lacks: the branch with the drop was deployed there, and a
 * merge left it out.
 *
 * @param applied names of the migrations that have run there
 */
export async function missingColumns(
  connection: Connection,
  plans: readonly Plan[],
  {
    project,
    plugin,
    applied,
  }: { readonly project: Project; readonly plugin: OrmPlugin; readonly applied: readonly string[] },
): Promise<readonly MissingColumn[]> {
  const kept = plans
    .filter(({ state }) => state.released === "undone")
    .flatMap((plan) => (plan.drops ?? []).map((drop) => ({ plan, drop })));
  if (kept.length === 0) return [];
  const listed = plugin.listMigrations(project);
  const declared = await declaredIn(project, plugin);
  const found: MissingColumn[] = [];
  for (const { plan, drop } of kept) {
    const { table, column } = drop;
    if (!declared.some((each) => mayBeSame(each.table, table) && (column === undefined || each.name === column)))
      continue;
    const facts = await readTable(connection, table);
    if (facts !== undefined && (column === undefined || facts.columns.some(({ name }) => name === column))) continue;
    const foreign = applied.filter((name) => !listed.includes(name)).slice(-3);
    const by = foreign.length === 0 ? "" : `. It has migrations of another branch: ${foreign.join(", ")}`;
    found.push({
      statement: `${objectLabel(drop)} does not exist, and the model declares it${by}`,
      help: `Take ${planFolder(plan.id)} and its migrations from the branch where its drop is released: git log --all -- ${planFolder(plan.id)}\nTo keep the field, add its column again: ${plugin.words.develop}`,
    });
  }
  return found;
}
