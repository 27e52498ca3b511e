import { dirname } from "node:path";
import type { MigrationSet, RepositoryFiles } from "@lockstep/core";
import { onTheirLines } from "./on-their-lines.js";
import { readClass } from "./read-class.js";

/** The migration classes of TypeORM in a repository, by their folders. */
export async function findMigrations({ paths, read }: RepositoryFiles): Promise<readonly MigrationSet[]> {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    if (!/\d{13}[^/]*\.[cm]?[jt]s$/.test(path) || /\.d\.[cm]?ts$|node_modules\//.test(path)) continue;
    if (!/\bMigrationInterface\b/.test(read(path) ?? "")) continue;
    const folder = dirname(path);
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  return [...folders].map(([folder, files]) => ({
    folder,
    dialect: undefined,
    transactions: undefined,
    alone: " in a migration of its own with `transaction = false`",
    files: files.sort(),
    read(text, file) {
      const { up, built, transaction } = readClass(text, file);
      const lines = text.split("\n");
      const unread = built
        .filter(({ method }) => method === "up")
        .map(({ line, what }) => ({ line, what, text: lines[line - 1] ?? "" }));
      return { sql: onTheirLines(up), unread, ...(transaction === false ? { transactions: "none" } : {}) };
    },
  }));
}
