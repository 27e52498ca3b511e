import { posix } from "node:path";
import { aboutFile, type CheckFinding } from "./finding.js";
import type { MigrationSet } from "./migration-set.js";
import type { Base, Change } from "./repository.js";
import editedAfterMerge from "./rules/edited-after-merge.js";

/** The texts of a file: as it lies there, and in the base. */
export interface Texts {
  readonly now: (file: string) => string | undefined;
  readonly before: (file: string) => string | undefined;
}

/** Migrations of the base that the branch has taken away, or that run something else now: layout and comments of a class do not. */
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
    // Prisma knows a migration by all of its bytes.
    const isOther = () => set.isKnownByItsBytes === true || runs(now(file), file) !== runs(before(file), file);
    if (change === "edited" && !(own.has(file) && isOther())) return [];
    return [aboutFile(editedAfterMerge, file, { kind: change, base: name })];
  });
}

/** A file that is gone is told by those that are there: by its folder, depth and ending. */
function wasIn({ folder, files }: MigrationSet, file: string): boolean {
  const [first = ""] = files;
  const shape = (path: string) =>
    [posix.extname(path), path.split("/").length, /\d{13}/.test(posix.basename(path))].join();
  return file.startsWith(`${folder}/`) && shape(file) === shape(first);
}
