import type { Plan } from "../model/index.js";
import { type Contradiction, contradictions, refuseContradictions } from "../plan/contradictions.js";
import { migrationOf } from "../plan/migration-of.js";
import { readPlans, verifyUnits } from "../plan/store.js";
import type { OrmPlugin, Project } from "../plugin.js";

/** What the plans of a project and its migrations say differently. Reads files only. */
export function findContradictions(
  project: Project,
  plugin: Pick<OrmPlugin, "listMigrations" | "migrationPath">,
): Contradiction[] {
  const { plans, damagedPlans } = readPlans(project.root);
  return contradictions({
    root: project.root,
    migrations: migrationFiles(project, plugin, plans),
    plans,
    damaged: damagedPlans.map(({ id }) => id),
  });
}

/** The files of the migrations that the ORM lists, in its order; paths from the root. */
export function migrationFiles(
  project: Project,
  plugin: Pick<OrmPlugin, "listMigrations" | "migrationPath">,
  plans: readonly Plan[],
): string[] {
  const written = new Map(
    plans.flatMap(({ state }) => state.written.map(({ file }) => [migrationOf(file), file] as const)),
  );
  return plugin.listMigrations(project).map((name) => written.get(name) ?? plugin.migrationPath(project, name));
}

/**
 * What runs is what was planned: no file of the plan was changed, and its migrations are those that plan.json has.
 *
 * @throws LS3014 they contradict each other, and what `verifyUnits` throws
 */
export function verifyPlan(
  project: Project,
  plugin: Pick<OrmPlugin, "listMigrations" | "migrationPath">,
  plan: Plan,
): void {
  verifyUnits(project.root, plan);
  refuseContradictions(findContradictions(project, plugin).filter((each) => each.plan === plan.id));
}
