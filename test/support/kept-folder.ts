import { renameSync, rmSync } from "node:fs";

/** Gives a finished folder its name in a cache. Two workers may build it at once: the first to finish wins, the other copy is removed. */
export function keepFolder(own: string, name: string): void {
  try {
    renameSync(own, name);
  } catch {
    rmSync(own, { recursive: true, force: true });
  }
}
