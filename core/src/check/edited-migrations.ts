import { posix } from "node:path";
import { type CheckFinding, fingerprint } from "./finding.js";
import type { MigrationSet } from "./migration-set.js";
import type { Base, Change } from "./repository.js";
import editedAfterMerge from "./rules/edited-after-merge.js";

/** Migrations of the base that the branch has changed or taken away. */
export function editedMigrations(
  set: MigrationSet,
  changes: ReadonlyMap<string, Change>,
  { name }: Base,
): CheckFinding[] {
  const own = new Set(set.files);
  return [...changes].flatMap(([file, change]): CheckFinding[] => {
    if (change === "added") return [];
    if (change === "edited" ? !own.has(file) : !wasIn(set, file)) return [];
    return [
      {
        rule: editedAfterMerge.id,
        severity: "error",
        file,
        line: 1,
        column: 1,
        endLine: 1,
        endColumn: 1,
        statementLine: 1,
        sql: "",
        about: { kind: change, base: name },
        safer: editedAfterMerge.safer(),
        isRewritten: false,
        fingerprint: fingerprint(editedAfterMerge.id, file, "", 0),
      },
    ];
  });
}

/** A file that is gone is told by those that are there: by its folder, depth and ending. */
function wasIn({ folder, files }: MigrationSet, file: string): boolean {
  const [first = ""] = files;
  const shape = (path: string) =>
    [posix.extname(path), path.split("/").length, /\d{13}/.test(posix.basename(path))].join();
  return file.startsWith(`${folder}/`) && shape(file) === shape(first);
}
