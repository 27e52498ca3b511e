import { resolve } from "node:path";
import { LockstepError } from "../base/errors.js";
import { inTheWay, lockHolder, lockProject, type ProjectLock } from "../base/files/project-lock.js";
import { findUnfinished, type Recovery } from "../base/files/write-files.js";
import { finishInterrupted } from "../change/finish-interrupted.js";
import { loadConfig } from "../config/load.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import { AlreadyDone } from "./already-done.js";
import type { Workspace, WorkspaceUse } from "./command.js";
import type { Io } from "./io.js";
import { refuseUnknownOptions } from "./run-options.js";

/** How a command opens its project. */
export interface Opening {
  /** The command as typed, shown to other commands that wait for the lock. */
  readonly command: string;
  readonly use: WorkspaceUse;
  /** See `OrmPlugin.findProject`. */
  readonly isNew?: boolean;
  /** Receives the lock of a writing command. */
  hold(lock: ProjectLock): void;
}

/**
 * Opens the project at or above a folder, with its config.
 *
 * @throws AlreadyDone the same command was interrupted: repeating it only finishes it · LS8001 no project · LS8002 config · LS3012 an
 * interrupted write · LS3009, LS3011 one that cannot be finished · LS4007, LS4008 without the lock
 */
export async function openWorkspace(
  plugins: readonly OrmPlugin[],
  cwd: string,
  io: Io,
  { command, use, isNew, hold }: Opening = { command: "lockstep", use: "look", hold: () => undefined },
): Promise<Workspace> {
  const { plugin, project } = await findProject(plugins, cwd, io, command, isNew);
  if (use === "write") {
    hold(await lockProject(project.root, command));
    const recovery = await finishInterrupted(project.root, command);
    if (recovery.kind === "finished") {
      io.err(finishedText(recovery));
      if (recovery.command === command) throw new AlreadyDone(recovery.files);
    }
  } else tellInterrupted(project.root, io, use);
  const config = await loadConfig(project.root);
  refuseUnknownOptions(config);
  return { plugin, project, config };
}

function finishedText({ command = "a write", files }: Extract<Recovery, { kind: "finished" }>): string {
  const rest = files.length === 0 ? "every file was written" : `${files.length} files, among them ${files[0]}`;
  return `Finished ${command}, which was interrupted: ${rest}.`;
}

/** Reports an interrupted write. Reading never finishes it. A write still in progress does not count. */
function tellInterrupted(root: string, io: Io, use: "look" | "act"): void {
  const left = findUnfinished(root);
  if (left === undefined || (left.unfinished.length === 0 && left.foreign.length === 0)) return;
  const files = [...left.unfinished, ...left.foreign].join(", ");
  const holder = lockHolder(root);
  if (use === "act")
    throw new LockstepError(
      "LS3012",
      holder === undefined ? `A write was interrupted: ${files} not written yet.` : inTheWay(holder).message,
      holder === undefined ? {} : { hint: inTheWay(holder).hint ?? "" },
    );
  if (holder === undefined)
    io.err(`A write was interrupted, so this change may be incomplete. To complete it: npx lockstep repair`);
}

/**
 * Finds the project at or above a folder and its plugin, and sets the project root for printed commands. Reads only.
 *
 * @param command as typed: it is suggested for a package below that has been set up
 * @throws LS8001 no project · LS9024 one that Lockstep does not support
 */
export async function findProject(
  plugins: readonly OrmPlugin[],
  cwd: string,
  io: Pick<Io, "speakOf">,
  command: string,
  isNew?: boolean,
): Promise<{ plugin: OrmPlugin; project: Project }> {
  let missing: unknown;
  for (const plugin of plugins) {
    try {
      const project = await plugin.findProject(cwd, isNew);
      io.speakOf(project.root, plugin);
      return { plugin: { ...plugin, words: plugin.wordsOf?.(project) ?? plugin.words }, project };
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      // A folder of another ORM may be within a project of Prisma 8, which explains more than "no project".
      if (error.code === "LS9024") missing = error;
      else if (error.code !== "LS8001") throw error;
      // Error of the first plugin, whose command this is: it may have found a config without a schema.
      missing ??= error;
    }
  }
  const { configuredBelow } = await import("../operate/init/find-below.js");
  const [only, second] = await configuredBelow(cwd);
  if (!(missing instanceof LockstepError) || only === undefined || second !== undefined)
    throw missing ?? new LockstepError("LS8001", `No project at ${cwd}.`);
  io.speakOf(resolve(cwd, only));
  throw new LockstepError("LS8001", `${missing.message}. The only one is in ${only}`, { hint: `npx ${command}` });
}
