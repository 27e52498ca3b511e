import { basename, join } from "node:path";
import { largest, readTextUpTo } from "@lockstep/core";
import { asGlobs, findFilesSync } from "@lockstep/core/files";
import type { TypeormProject } from "../project.js";
import { migrationsIn } from "./names.js";

/** A file of migrations, nearly always a single one. */
export interface MigrationFile {
  /** Its stem: Lockstep's name of the migration. */
  readonly name: string;
  /** From the root. */
  readonly file: string;
  /** TypeORM's names of its migrations, as recorded: names of classes, or their `name`. */
  readonly recordedAs: readonly string[];
}

type Found = Pick<TypeormProject, "root" | "migrationGlobs">;

/**
 * Names of the migrations that TypeORM runs, in its order: of their files, and TypeORM's own names of classes that no file of the
 * repository declares, such as those of a package.
 */
export function listMigrations(
  project: Found & Partial<Pick<TypeormProject, "classes" | "dataSource" | "dataSourceFile">>,
): string[] {
  const { classes = [], dataSource, dataSourceFile } = project;
  const files = readMigrationFiles(project);
  const inFiles = new Set(files.flatMap(({ recordedAs }) => recordedAs));
  // Build output may be older than its sources.
  const others = dataSource === dataSourceFile ? classes.filter((name) => !inFiles.has(name)) : [];
  return [...files, ...others.map((name) => ({ name, recordedAs: [name] }))].sort(inOrder).map(({ name }) => name);
}

/** The file of one migration. Undefined if the repository does not contain it. */
export function migrationFile(project: Found, name: string): MigrationFile | undefined {
  return readMigrationFiles(project).find((file) => file.name === name);
}

/** The files that the data source finds, in the order in which TypeORM runs them: by the stamps of their classes. */
export function readMigrationFiles({ root, migrationGlobs }: Found): MigrationFile[] {
  const paths = findFilesSync(root, migrationGlobs.flatMap(asGlobs), { ignore: ["**/*.d.{ts,cts,mts}"], follow: true });
  const files = [...paths]
    // Sources before the compiled files beside them.
    .sort((a, b) => Number(/\.[cm]?js$/.test(a)) - Number(/\.[cm]?js$/.test(b)))
    .filter((path) => /\.[cm]?[jt]s$/.test(path))
    .map((file) => ({
      name: basename(file).replace(/\.[cm]?[jt]s$/, ""),
      file,
      recordedAs: migrationsIn(readTextUpTo(join(root, file), largest.sql) ?? ""),
    }))
    .filter(({ recordedAs }) => recordedAs.length > 0);
  return files.filter(({ name }, at) => files.findIndex((other) => other.name === name) === at).sort(inOrder);
}

type Ordered = Pick<MigrationFile, "name" | "recordedAs">;

function inOrder(a: Ordered, b: Ordered): number {
  return firstStamp(a) - firstStamp(b) || (a.name < b.name ? -1 : 1);
}

function firstStamp({ recordedAs }: Ordered): number {
  return Math.min(...recordedAs.map((name) => Number(name.slice(-13))));
}
