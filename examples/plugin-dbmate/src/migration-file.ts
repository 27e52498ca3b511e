import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { MigrationContent, Project } from "@lockstep/core";

/** A file of dbmate: a block that migrates, and one that takes it back. */
export interface MigrationFile {
  /** Every statement on the line that it has in the file. */
  readonly up: string;
  readonly down: string;
  /** dbmate opens no transaction for it: `-- migrate:up transaction:false`. */
  readonly isOutside: boolean;
}

/** The blocks of a file; undefined where it has none, and so is no migration of dbmate. */
export function readBlocks(text: string): MigrationFile | undefined {
  const up = /^--\s*migrate:up\b(.*)$/m.exec(text);
  if (up === null) return undefined;
  const start = up.index + up[0].length;
  const down = /^--\s*migrate:down\b.*$/m.exec(text.slice(start));
  const end = down === null ? text.length : start + down.index;
  return {
    up: text.slice(0, start).replace(/[^\n]/g, "") + text.slice(start, end),
    down: down === null ? "" : text.slice(end + down[0].length).trim(),
    isOutside: /transaction:\s*false/.test(up[1] ?? ""),
  };
}

const head = "-- migrate:up transaction:false\n";
const tail = "\n-- migrate:down transaction:false\n";

/**
 * The file of a migration that a plan releases. dbmate sends a block in one message, and what the core writes has transactions of its
 * own: more than one such statement cannot be in a message, so that several steps back are no block.
 */
export function writeBlocks({ sql, down: [back, ...more] }: Pick<MigrationContent, "sql" | "down">): string {
  const down = back !== undefined && more.length === 0 ? back : refusal;
  return `${head}${sql}${tail}${down}\n`;
}

const refusal = "DO $$ BEGIN RAISE EXCEPTION 'npx lockstep undo takes this back, with a migration of its own'; END $$;";

/** What `writeBlocks` was given, the same bytes; undefined for a file that it did not write. */
export function writtenSql(text: string): string | undefined {
  const end = text.lastIndexOf(tail);
  return text.startsWith(head) && end >= 0 ? text.slice(head.length, end) : undefined;
}

/** The names of the migrations in a folder, in the order in which dbmate runs them: the files without `.sql`. */
export function migrationNames({ root, migrationsFolder }: Pick<Project, "root" | "migrationsFolder">): string[] {
  return readdirSync(join(root, migrationsFolder))
    .filter((file) => /^\d+.*\.sql$/.test(file))
    .map((file) => file.slice(0, -".sql".length))
    .sort();
}

/** From the root. */
export function migrationPath({ migrationsFolder }: Pick<Project, "migrationsFolder">, name: string): string {
  return `${migrationsFolder}/${name}.sql`;
}

/** One of them; undefined where there is no such file, or one without blocks. */
export function readMigrationFile(project: Project, name: string): MigrationFile | undefined {
  const path = join(project.root, migrationPath(project, name));
  return existsSync(path) ? readBlocks(readFileSync(path, "utf8")) : undefined;
}

/** What dbmate records of a migration: the digits that its name begins with. */
export function versionOf(name: string): string {
  return /^\d+/.exec(name)?.[0] ?? name;
}
