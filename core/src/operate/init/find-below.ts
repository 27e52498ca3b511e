import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { LockstepError } from "../../base/errors.js";
import { findFiles } from "../../base/files/find-files.js";
import { workspaceMembers } from "../../code/project/workspace-members.js";
import { configFileOf } from "../../config/load.js";
import type { OrmPlugin } from "../../plugin/plugin.js";

/** No project, or no data source: packages often depend on an ORM only for its types. */
const nothingThere = new Set(["LS8001", "LS9061"]);

/**
 * Finds the packages with a project, from a folder without one: in its workspace, else below it. If several ORMs find packages, the first
 * ORM counts. A package that cannot be read counts too, so that its error is reported. One of a version that Lockstep does not support
 * counts only if there is no other.
 */
export async function projectsBelow(plugins: readonly OrmPlugin[], top: string): Promise<readonly string[]> {
  const folders = await packagesBelow(top);
  const unsupported: string[] = [];
  for (const plugin of plugins) {
    const found = { supported: [] as string[], unsupported: [] as string[] };
    for (const folder of folders) {
      const kind = await projectAt(plugin, join(top, folder));
      if (kind !== "none") found[kind].push(folder);
    }
    if (found.supported.length > 0) return found.supported;
    unsupported.push(...found.unsupported);
  }
  return unsupported;
}

/** The packages with a Lockstep config. */
export async function configuredBelow(top: string): Promise<readonly string[]> {
  return (await packagesBelow(top)).filter((folder) => configFileOf(join(top, folder)) !== undefined);
}

async function packagesBelow(top: string): Promise<readonly string[]> {
  const members = (await workspaceMembers(top)).map(({ folder }) => folder).filter((folder) => folder !== ".");
  if (members.length > 0) return members;
  // Do not search a home folder.
  if (![".git", "package.json"].some((name) => existsSync(join(top, name)))) return [];
  const files = await findFiles(top, ["*/package.json", "*/*/package.json"], { follow: true });
  return files.map((file) => dirname(file)).sort();
}

async function projectAt(plugin: OrmPlugin, folder: string): Promise<"supported" | "unsupported" | "none"> {
  try {
    return resolve((await plugin.findProject(folder, true)).root) === resolve(folder) ? "supported" : "none";
  } catch (error) {
    if (error instanceof LockstepError && error.code === "LS9024") return "unsupported";
    if (error instanceof LockstepError) return nothingThere.has(error.code) ? "none" : "supported";
    throw error;
  }
}
