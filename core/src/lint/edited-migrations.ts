import { posix } from "node:path";
import editedAfterMerge from "../rules/edited-after-merge.js";
import { aboutFile, type CheckFinding } from "./finding.js";
import type { MigrationSet } from "./migration-set.js";
import type { Base, Change } from "./repository.js";

/** The text of a file now, and in the base. */
export interface Texts {
  readonly now: (file: string) => string | undefined;
  readonly before: (file: string) => string | undefined;
}

/** Migrations of the base that the branch deleted, or that run other statements now. Ignores changes of layout and comments in a class. */
export function editedMigrations(
  set: MigrationSet,
  changes: ReadonlyMap<string, Change>,
  { name }: Base,
  { now, before }: Texts,
): CheckFinding[] {
  const own = new Set(set.files);
  const runs = (text: string | undefined, file: string) => {
    if (text === undefined) return undefined;
    const { sql, unread } = set.read(text, file);
    return JSON.stringify([sql.replace(/\s+/g, " "), unread.map((each) => each.text)]);
  };
  return [...changes].flatMap(([file, change]): CheckFinding[] => {
    if (change === "added") return [];
    if (change === "deleted" && !wasIn(set, file)) return [];
    // Prisma identifies a migration by all of its bytes.
    const isOther = () => set.isKnownByItsBytes === true || runs(now(file), file) !== runs(before(file), file);
    if (change === "edited" && !(own.has(file) && isOther())) return [];
    return [aboutFile(editedAfterMerge, file, { kind: change, base: name })];
  });
}

/** Whether a deleted file was a migration: compares its folder, depth and extension with those of existing ones. */
function wasIn({ folder, files }: MigrationSet, file: string): boolean {
  const [first = ""] = files;
  const shape = (path: string) =>
    [posix.extname(path), path.split("/").length, /\d{13}/.test(posix.basename(path))].join();
  return file.startsWith(`${folder}/`) && shape(file) === shape(first);
}
