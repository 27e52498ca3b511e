import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** A folder and its parents, up to that of its repository: where tools search for their settings. */
export function foldersUp(folder: string): readonly string[] {
  const isLast = existsSync(join(folder, ".git")) || dirname(folder) === folder;
  return isLast ? [folder] : [folder, ...foldersUp(dirname(folder))];
}
