import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** A folder and those around it, up to that of its repository: where tools look for their settings. */
export function foldersUp(folder: string): readonly string[] {
  const isLast = existsSync(join(folder, ".git")) || dirname(folder) === folder;
  return isLast ? [folder] : [folder, ...foldersUp(dirname(folder))];
}
