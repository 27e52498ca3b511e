import { existsSync } from "node:fs";
import { join } from "node:path";
import { journalFile } from "../base/files/journal-file.js";
import { lockProject } from "../base/files/project-lock.js";
import { type Recovery, recoverFiles } from "../base/files/write-files.js";

/**
 * Finishes the write of a killed command, once no other process writes. For commands that write files themselves.
 *
 * @param command the current command, for other waiting ones
 * @throws LS4007 another process is still writing · LS3009, LS3011 it cannot be finished
 */
export async function finishInterrupted(root: string, command: string): Promise<Recovery> {
  if (!existsSync(join(root, journalFile))) return { kind: "none" };
  const lock = await lockProject(root, command);
  try {
    // The other process may have finished while this one waited for the lock.
    if (!existsSync(join(root, journalFile))) return { kind: "none" };
    const [{ loadConfig }, { dependentPackages }] = await Promise.all([
      import("../config/load.js"),
      import("../code/sources/unread-packages.js"),
    ]);
    const { code } = await loadConfig(root);
    return recoverFiles(root, code?.roots ?? (await dependentPackages(root)));
  } finally {
    lock.release();
  }
}
