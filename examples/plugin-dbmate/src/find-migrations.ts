import { posix } from "node:path";
import type { MigrationSet, RepositoryFiles } from "@lockstep/core";
import { readBlocks } from "./migration-file.js";

/** The folders of dbmate in a repository: SQL files named by versions, whose text has dbmate's blocks. For `lockstep check`. */
export function findMigrations({ paths, read }: RepositoryFiles): readonly MigrationSet[] {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    if (!/(^|\/)\d+[^/]*\.sql$/.test(path) || readBlocks(read(path) ?? "") === undefined) continue;
    const folder = posix.dirname(path);
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  return [...folders].map(([folder, files]) => ({
    folder,
    // Nothing in the repository says it: the URL does.
    dialect: undefined,
    transactions: "each",
    isSentWhole: true,
    alone: ", in a separate migration with transaction:false",
    files: files.sort(),
    read(text) {
      const blocks = readBlocks(text);
      return { sql: blocks?.up ?? "", unread: [], ...(blocks?.isOutside && { transactions: "none" }) };
    },
  }));
}
