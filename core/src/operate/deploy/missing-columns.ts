import { ignoring, isNoBug } from "../../base/expected-errors.js";
import type { Connection } from "../../dialect/connection.js";
import { objectLabel, type Plan } from "../../model/index.js";
import { namedColumns } from "../../plan/follow-names.js";
import { planFolder } from "../../plan/plan-file.js";
import { mayBeSame } from "../../plan/takes-and-needs.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";
import { readTable } from "../../target/facts/table.js";

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
  const files = listed.map((name) => plugin.migrationPath(project, name));
  const models = await plugin.readModelsIn?.(project.root, files).catch(ignoring(isNoBug));
  const declared = namedColumns(models ?? []);
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
