import type { Connection } from "../dialect/connection.js";
import type { Plan } from "../model/index.js";
import { migrationOf, type ReleasedUnit, releasedUnits } from "../plan/migration-of.js";
import type { OrmPlugin, Project, Unlisted } from "./plugin.js";

/** What a deployment would do on a target. Names of migrations, in order. */
export interface TargetState {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** Migrations of the repository that have not run and that the ORM does not find. */
  readonly unlisted: readonly Unlisted[];
  /** Started and not finished; none while a deployment runs. */
  readonly failed: readonly string[];
  /** As `AppliedMigrations`. */
  readonly begun?: readonly string[];
  /** The session of a deployment that is currently running. */
  readonly deploying: number | undefined;
  /** The plans' units among the pending and failed ones. */
  readonly units: readonly ReleasedUnit[];
}

/** A deployment without some migrations. Failed ones among them are still resolved. */
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
  // In this order: if a deployment ends in between, its rows are finished.
  const deploying = await plugin.deployingSession(connection);
  const { applied, failed, begun } = await plugin.readApplied(connection, project);
  const pending = plugin.listMigrations(project).filter((name) => !applied.includes(name) && !failed.includes(name));
  const written = plans.flatMap(({ state }) => state.written.map(({ file }) => file));
  const unlisted = (await plugin.unlisted?.(project, written)) ?? [];
  const waiting = new Set([...pending, ...failed]);
  return {
    applied,
    pending,
    unlisted: unlisted.filter(({ file }) => !applied.includes(migrationOf(file))),
    failed: deploying === undefined ? failed : [],
    ...(begun && { begun }),
    deploying,
    units: releasedUnits(plans).filter(({ migration }) => waiting.has(migration)),
  };
}
