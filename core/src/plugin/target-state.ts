import type { Connection } from "../dialect/connection.js";
import type { Plan } from "../model/index.js";
import { migrationOf, type ReleasedUnit, releasedUnits } from "../plan/migration-of.js";
import type { OrmPlugin, Project, Unlisted } from "./plugin.js";

/** What a deployment would do on a target. Names of migrations, in order. */
export interface TargetState {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** Migrations of the repository that have not run, and that the ORM does not find. */
  readonly unlisted: readonly Unlisted[];
  /** Begun and not finished; none while a deployment runs. */
  readonly failed: readonly string[];
  /** The session of a deployment that runs at this moment. */
  readonly deploying: number | undefined;
  /** The plans' units among those that are pending or have failed. */
  readonly units: readonly ReleasedUnit[];
}

/** What a deployment does that leaves migrations out. Those of them that have failed are settled all the same. */
export function withoutWithheld(state: TargetState, withheld: readonly string[]): TargetState {
  if (withheld.length === 0) return state;
  return {
    ...state,
    pending: state.pending.filter((name) => !withheld.includes(name)),
    units: state.units.filter(({ migration }) => !withheld.includes(migration) || state.failed.includes(migration)),
  };
}

/** Compares the repository with a target. Reads the ORM's own table. */
export async function readTargetState(
  connection: Connection,
  {
    project,
    plugin,
    plans,
  }: { readonly project: Project; readonly plugin: OrmPlugin; readonly plans: readonly Plan[] },
): Promise<TargetState> {
  // In this order: a deployment that ends in between leaves its rows finished.
  const deploying = await plugin.deployingSession(connection);
  const { applied, failed } = await plugin.readApplied(connection, project);
  const pending = plugin.listMigrations(project).filter((name) => !applied.includes(name) && !failed.includes(name));
  const written = plans.flatMap(({ state }) => state.written.map(({ file }) => file));
  const unlisted = (await plugin.unlisted?.(project, written)) ?? [];
  const waiting = new Set([...pending, ...failed]);
  return {
    applied,
    pending,
    unlisted: unlisted.filter(({ file }) => !applied.includes(migrationOf(file))),
    failed: deploying === undefined ? failed : [],
    deploying,
    units: releasedUnits(plans).filter(({ migration }) => waiting.has(migration)),
  };
}
