import { existsSync } from "node:fs";
import { join } from "node:path";
import { lockProject } from "../base/files/project-lock.js";
import { journalFile, type Recovery, recoverFiles } from "../base/files/write-files.js";

/**
 * Finishes the write of a command that was killed, once nobody writes any more. For commands that write themselves.
 *
 * @param command who does it, for others that wait meanwhile
 * @throws LS4007 somebody is still writing · LS3009, LS3011 it cannot be finished
 */
export async function finishInterrupted(root: string, command: string): Promise<Recovery> {
  if (!existsSync(join(root, journalFile))) return { kind: "none" };
  const lock = await lockProject(root, command);
  try {
    // Whoever wrote may have come to the end while the lock was waited for.
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
