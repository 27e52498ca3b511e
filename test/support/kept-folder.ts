import { renameSync, rmSync } from "node:fs";

/** Gives a folder the name by which all runs find it. Two workers at once each make their own: the first to finish keeps it. */
export function keepFolder(own: string, name: string): void {
  try {
    renameSync(own, name);
  } catch {
    rmSync(own, { recursive: true, force: true });
  }
}
