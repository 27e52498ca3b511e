import { LockstepError } from "../base/errors.js";
import type { Plan } from "../model/index.js";
import { appliedNames } from "./applied-names.js";
import { migrationOf } from "./ask-target.js";
import type { Workspace } from "./command.js";
import type { Io } from "./io.js";
import { chooseTargets, developmentTarget } from "./targets.js";

/**
 * Whether every known database, all targets and the developer's own, is reachable and has none of a plan's migrations. Only then can
 * Lockstep remove them instead of reverting them. No other migration may follow them, because it could depend on them.
 */
export async function isNowhereApplied(
  written: Plan["state"]["written"],
  workspace: Workspace,
  io: Pick<Io, "env">,
): Promise<boolean> {
  const { project, plugin, config } = workspace;
  const own = new Set(written.map((unit) => migrationOf(unit.file)));
  const inRepository = plugin.listMigrations(project);
  const first = inRepository.findIndex((name) => own.has(name));
  if (first === -1 || inRepository.slice(first).some((name) => !own.has(name))) return false;
  try {
    const targets = [
      ...(await chooseTargets(config, project, io, undefined, false)),
      ...(config.targets[developmentTarget] === undefined
        ? await chooseTargets(config, project, io, developmentTarget, true)
        : []),
    ];
    for (const { url } of targets) if ((await appliedNames(url, workspace)).some((name) => own.has(name))) return false;
    return true;
  } catch (error) {
    // An unreachable database may have them.
    if (error instanceof LockstepError) return false;
    throw error;
  }
}
