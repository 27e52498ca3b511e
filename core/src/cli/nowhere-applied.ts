import { connect } from "../db/connection.js";
import { LockstepError } from "../errors.js";
import type { Plan } from "../model/index.js";
import { migrationOf } from "./ask-target.js";
import type { Workspace } from "./command.js";
import type { Io } from "./io.js";
import { chooseTargets, developmentTarget } from "./targets.js";

/**
 * Whether every database that is known, all targets and the developer's own, was asked and has none of the plan's migrations. Only
 * then may they be removed instead of taken back; nor may another migration follow them, which could build on them.
 */
export async function isNowhereApplied(
  plan: Plan,
  { project, plugin, config }: Workspace,
  io: Pick<Io, "env">,
): Promise<boolean> {
  const own = new Set(plan.state.written.map((unit) => migrationOf(unit.file)));
  const inRepository = plugin.listMigrations(project);
  const first = inRepository.findIndex((name) => own.has(name));
  if (first === -1 || inRepository.slice(first).some((name) => !own.has(name))) return false;
  try {
    const targets = [
      ...chooseTargets(config, project, io, undefined, false),
      ...(config.targets[developmentTarget] === undefined
        ? chooseTargets(config, project, io, developmentTarget, true)
        : []),
    ];
    for (const target of targets) {
      const connection = await connect(target.url, { applicationName: "lockstep" });
      try {
        const { applied, failed } = await plugin.readApplied(connection, project);
        if ([...applied, ...failed].some((name) => own.has(name))) return false;
      } finally {
        await connection.close();
      }
    }
    return true;
  } catch (error) {
    // A database that cannot be asked may have them.
    if (error instanceof LockstepError) return false;
    throw error;
  }
}
