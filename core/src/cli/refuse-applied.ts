import { LockstepError } from "../base/errors.js";
import { committedText } from "../base/files/git.js";
import { appliedNames } from "./applied-names.js";
import type { Workspace } from "./command.js";
import type { Io } from "./io.js";
import { chooseTargets, developmentTarget } from "./targets.js";

/**
 * Throws if a database has applied the migration. Once the migration is committed, an unreachable database may have it too.
 *
 * @param isPromised the user states that it has not run on any unreachable database
 * @throws LS3030 · LS8004 a database is unreachable · LS8017 a target group has no members
 */
export async function refuseApplied(
  migration: { readonly name: string; readonly file: string },
  workspace: Workspace,
  io: Pick<Io, "env">,
  isPromised: boolean,
): Promise<void> {
  const { name, file } = migration;
  const { project, config } = workspace;
  const refuseOn = async (target: string, url: string) => {
    if ((await appliedNames(url, workspace)).includes(name))
      throw new LockstepError("LS3030", `${file} has run on ${target}.`);
  };
  if (project.developmentUrl !== undefined) await refuseOn("the development database", project.developmentUrl);
  const unasked: string[] = [];
  for (const [target, { urlFrom }] of Object.entries(config.targets)) {
    const url = io.env[urlFrom];
    if (target === developmentTarget && url === undefined) continue;
    if (url === undefined || url === "") unasked.push(`${target} (${urlFrom} is not set)`);
    else for (const each of await chooseTargets(config, {}, io, target, false)) await refuseOn(each.name, each.url);
  }
  if (Object.keys(config.targets).length === 0) unasked.push("production (lockstep.config.ts names no target)");
  if (isPromised || unasked.length === 0 || committedText(project.root, file) === undefined) return;
  throw new LockstepError(
    "LS3030",
    `${file} is committed, and Lockstep could not check whether it has run on ${unasked.join(", ")}.`,
    { hint: `npx lockstep rewrite ${file} --not-applied   # if it has run nowhere` },
  );
}
