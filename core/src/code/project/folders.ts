import { posix } from "node:path";

/** The parent folder of a path relative to the project root, which may lead out of it: `src/a.ts` → `src` → `.` → `..` → `../..`. */
export function folderOf(path: string): string {
  if (path === ".") return "..";
  return posix.basename(path) === ".." ? `${path}/..` : posix.dirname(path);
}

/** The known folders that contain a file, inner ones first. */
export function* foldersAround(file: string, known: ReadonlySet<string>): Iterable<string> {
  const levels = Math.max(0, ...[...known].map(levelsUp));
  for (let folder = folderOf(file); !isOnlyUp(folder) || levelsUp(folder) <= levels; folder = folderOf(folder))
    if (known.has(folder)) yield folder;
}

/** Whether a path only leads up, so it contains the root: `../..`. */
export function isOnlyUp(folder: string): boolean {
  return /^\.\.(?:\/\.\.)*$/.test(folder);
}

/** How many folders up a path starts: 2 for `../../apps`. */
export function levelsUp(folder: string): number {
  return folder.split("/").filter((part) => part === "..").length;
}
