import { basename, posix } from "node:path";
import { isOfOtherDatabase } from "@lockstep/core";
import { globSync } from "tinyglobby";

const postgres = /(?:^|\/)(?:postgres(?:ql)?(?:-?db)?|pg|psql)\//i;

/** Of files in folders that are called after databases, those of PostgreSQL; others are for every database. */
export function ofPostgres<T>(files: readonly T[], pathOf: (file: T) => string): readonly T[] {
  const own = files.filter((file) => postgres.test(pathOf(file)));
  return own.length > 0 ? own : files.filter((file) => !isOfOtherDatabase(pathOf(file)));
}

/** The folder of the newest migration in the repository, where the data source names no files. Default: `migrations`. */
export function foundMigrationsFolder(root: string, generated: readonly string[]): string {
  const files = globSync("**/migrations/**/[0-9]*.{ts,cts,mts,js,cjs,mjs}", {
    cwd: root,
    ignore: ["**/node_modules/**", "**/*.d.*", ...generated.map((folder) => `${folder}/**`)],
  }).filter((file) => /^\d{13}-/.test(basename(file)));
  const newest = [...ofPostgres(files, (file) => file)].sort((a, b) => (basename(a) < basename(b) ? -1 : 1)).at(-1);
  return newest === undefined ? "migrations" : posix.dirname(newest);
}
