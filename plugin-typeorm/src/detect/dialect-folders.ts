import { basename, posix } from "node:path";
import { type DialectId, isOfOtherDatabase } from "@lockstep/core";
import { findFilesSync } from "@lockstep/core/files";

const folders: Readonly<Record<DialectId, RegExp>> = {
  postgresql: /(?:^|\/)(?:postgres(?:ql)?(?:-?db)?|pg|psql)\//i,
  mysql: /(?:^|\/)mysql(?:-?db)?\//i,
  mariadb: /(?:^|\/)(?:mariadb|mysql(?:-?db)?)\//i,
};

/** Of files in folders that are called after databases, those of this one; others are for every database. */
export function ofDialect<T>(files: readonly T[], dialect: DialectId, pathOf: (file: T) => string): readonly T[] {
  const own = files.filter((file) => folders[dialect].test(pathOf(file)));
  const isOfAnother = (file: T) =>
    isOfOtherDatabase(pathOf(file), dialect) || Object.values(folders).some((folder) => folder.test(pathOf(file)));
  return own.length > 0 ? own : files.filter((file) => !isOfAnother(file));
}

/** The folder of the newest migration in the repository, where the data source names no files. Default: `migrations`. */
export function foundMigrationsFolder(root: string, generated: readonly string[], dialect: DialectId): string {
  const files = findFilesSync(root, ["**/migrations/**/[0-9]*.{ts,cts,mts,js,cjs,mjs}"], {
    ignore: ["**/*.d.*", ...generated.map((folder) => `${folder}/**`)],
  }).filter((file) => /^\d{13}-/.test(basename(file)));
  const newest = [...ofDialect(files, dialect, (file) => file)]
    .sort((a, b) => (basename(a) < basename(b) ? -1 : 1))
    .at(-1);
  return newest === undefined ? "migrations" : posix.dirname(newest);
}
