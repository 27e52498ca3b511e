import type { Connection } from "../dialect/connection.js";
import type { Plan } from "../model/index.js";
import { invalidIndex } from "../operate/repair/invalid-index.js";
import { leftCheck } from "../operate/repair/left-check.js";
import { migrationOf } from "../plan/migration-of.js";
import { releasesOf } from "../plan/releases.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import { readTargetState } from "../plugin/target-state.js";
import type { Target } from "./targets.js";

/** What a run of migrations left on a target, or is doing there. The ORM does not record this. */
export interface RunLeftovers {
  /** The session that currently runs migrations. */
  readonly running: number | undefined;
  /** `isRepaired`: `lockstep repair` removes it. Otherwise a person must follow `what`. */
  readonly left: readonly { readonly what: string; readonly isRepaired: boolean }[];
  /** Migrations that have not run although others of their phase have. `isPassed`: later ones have run. */
  readonly notRun: readonly { readonly migration: string; readonly isPassed: boolean }[];
}

/** Reads the catalog and the ORM's table. Changes nothing. */
export async function readLeftovers(
  connection: Connection,
  {
    plan,
    target,
    project,
    plugin,
  }: { readonly plan: Plan; readonly target: Target; readonly project: Project; readonly plugin: OrmPlugin },
): Promise<RunLeftovers> {
  const state = await readTargetState(connection, { project, plugin, plans: [plan] });
  const context = { plan, project, plugin, target, connection, state, onProgress: () => undefined };
  const left: { what: string; isRepaired: boolean }[] = [];
  for (const repair of [leftCheck, invalidIndex])
    for (const { what, action, fix } of await repair.find(context))
      left.push({
        what: fix === undefined ? `${what.replace(/\.$/, "")}: ${action}.` : what,
        isRepaired: fix !== undefined,
      });
  return { running: state.deploying, left, notRun: state.deploying === undefined ? notRun(plan, state) : [] };
}

function notRun(
  plan: Plan,
  { applied, pending }: { readonly applied: readonly string[]; readonly pending: readonly string[] },
): RunLeftovers["notRun"] {
  const standing = releasesOf(plan).filter(({ isPast }) => !isPast);
  return (["expand", "switch", "contract"] as const).flatMap((phase) => {
    const own = standing.filter((release) => release.phase === phase).map(({ file }) => migrationOf(file));
    const last = own.findLastIndex((name) => applied.includes(name));
    if (last === -1) return [];
    return own.flatMap((migration, at) => (pending.includes(migration) ? { migration, isPassed: at < last } : []));
  });
}
