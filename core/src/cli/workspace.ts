import { loadConfig } from "../config/load.js";
import { LockstepError } from "../errors.js";
import { recoverFiles } from "../files/write-files.js";
import type { OrmPlugin, Project } from "../plugin.js";
import type { Workspace, WorkspaceOptions } from "./command.js";
import type { Io } from "./io.js";

/**
 * The project at or above a folder, with its config. What an interrupted write left is finished first, and said.
 *
 * @throws LS8001 no project · LS8002 config · LS3009 an interrupted write that cannot be finished
 */
export async function openWorkspace(
  plugins: readonly OrmPlugin[],
  cwd: string,
  io: Io,
  options: WorkspaceOptions = {},
): Promise<Workspace> {
  const { plugin, project } = await findProject(plugins, cwd);
  if (options.leaveInterrupted === true) return { plugin, project, config: await loadConfig(project.root) };
  const recovery = recoverFiles(project.root);
  if (recovery.kind === "finished")
    io.err(`Finished a write that was interrupted: ${recovery.files.length} files, among them ${recovery.files[0]}.`);
  return { plugin, project, config: await loadConfig(project.root) };
}

/**
 * The project at or above a folder, and the plugin that knows it, with the project's words. Reads only.
 *
 * @throws LS8001 no project
 */
export async function findProject(
  plugins: readonly OrmPlugin[],
  cwd: string,
): Promise<{ plugin: OrmPlugin; project: Project }> {
  let missing: unknown;
  for (const plugin of plugins) {
    try {
      const project = await plugin.findProject(cwd);
      return { plugin: { ...plugin, words: plugin.wordsOf?.(project) ?? plugin.words }, project };
    } catch (error) {
      if (!(error instanceof LockstepError) || error.code !== "LS8001") throw error;
      // Of the plugin whose command this is: it may have found more than nothing, a config without a schema.
      missing ??= error;
    }
  }
  throw missing ?? new LockstepError("LS8001", `No project at ${cwd}.`);
}
