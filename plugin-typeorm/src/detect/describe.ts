import { existsSync, realpathSync } from "node:fs";
import { basename, isAbsolute, join, posix, relative, resolve, sep } from "node:path";
import type { LockstepConfig } from "@lockstep/core";
import { type DialectId, isOfOtherDatabase } from "@lockstep/core";
import { escapePath, findFilesSync } from "@lockstep/core/files";
import type { DataSourceFacts } from "../cli/facts.cjs";
import { dialectOf } from "../dialects/dialects.js";
import { readMigrationFiles } from "../migrations/list.js";
import type { TypeormProject } from "../project.js";
import type { FoundCall } from "./call.js";
import { type Compilation, sourceOf, staticFolder } from "./compiled.js";
import { copyIn } from "./copies.js";

/** The facts found about a project. */
export interface Found {
  readonly call: FoundCall;
  readonly facts: DataSourceFacts;
  readonly config: Pick<LockstepConfig, "typeorm">;
  readonly compilation: Compilation;
  readonly isEsm: boolean;
}

/** The project, described by its data source, its scripts and its files. */
export async function describeProject({ call, facts, config, compilation, isEsm }: Found): Promise<TypeormProject> {
  const { root, run, dataSource, scripts } = call;
  const source = (path: string) => sourceOf(root, path, compilation);
  const globs = facts.migrations.map((glob) => source(fromRoot(root, glob)));
  const { classes } = facts;
  const dialect = dialectOf({ options: facts });
  const dataSourceFile = existingFile(root, source(fromRoot(root, dataSource)));
  const generatedFolders = compilation.outDir === undefined ? [] : [compilation.outDir];
  // If a compiled list is still empty, the source may have more.
  const registered =
    classes.length === 0 && (globs.length > 0 || dataSource === dataSourceFile)
      ? []
      : (await import("../registration/registered-files.js")).registeredFiles({
          root,
          generatedFolders,
          dataSource,
          dataSourceFile,
          classes,
        });
  const migrationGlobs = [...globs, ...registered.map((file) => escapePath(file))];
  const newest = ofDialect(readMigrationFiles({ root, migrationGlobs }), dialect.id, ({ file }) => file).at(-1)?.file;
  const generated = scripts
    .find(({ command }) => command === "migration:generate")
    ?.rest.find((word) => /^[^-$]/.test(word));
  const migrationsFolder =
    config.typeorm?.migrations ??
    (generated === undefined ? undefined : posix.dirname(generated)) ??
    (newest === undefined ? undefined : posix.dirname(newest)) ??
    (globs[0] === undefined ? foundMigrationsFolder(root, generatedFolders, dialect.id) : staticFolder(globs[0]));
  const { folder, version } = copyIn(facts.cli);
  const { schema, migrationsTableName } = facts;
  return {
    root,
    migrationsFolder: posix.normalize(migrationsFolder).replace(/\/$/, ""),
    ormVersion: version,
    dialect: dialect.id,
    developmentUrl: dialect.developmentUrl(facts),
    generatedFolders,
    dataSourceFile,
    dataSource,
    run,
    scripts,
    flavour: {
      language: /\.[cm]?ts$/.test(newest ?? dataSourceFile) ? "ts" : "js",
      module: isEsm ? "esm" : "commonjs",
    },
    globs,
    classes,
    migrationGlobs,
    typeormFolder: folder,
    migrationsTable: tableOf(migrationsTableName, schema),
    transactions: facts.transactions,
  };
}

/** As TypeORM reads the option: a schema may precede the name. */
function tableOf(name: string, schema: string | undefined): TypeormProject["migrationsTable"] {
  const [own, ...rest] = name.split(".");
  return rest.length === 0 ? { schema, name } : { schema: own, name: rest.join(".") };
}

/** Globs are relative to the CLI's working directory. `..` of `path.join(__dirname, …)` is resolved by then. */
function fromRoot(root: string, path: string): string {
  const absolute = isAbsolute(path) ? path : resolve(root, path);
  const base = absolute.startsWith(`${root}${sep}`) ? root : realpathSync(root);
  return relative(base, absolute).split(sep).join("/");
}

/** `src/data-source.{ts,js}` is one of the two. */
function existingFile(root: string, pattern: string): string {
  const names = /^(.*)\.\{([^}]*)\}$/.exec(pattern);
  const candidates = names === null ? [pattern] : (names[2] ?? "").split(",").map((end) => `${names[1]}.${end}`);
  return candidates.find((file) => existsSync(join(root, file))) ?? pattern;
}

const folders: Readonly<Record<DialectId, RegExp>> = {
  postgresql: /(?:^|\/)(?:postgres(?:ql)?(?:-?db)?|pg|psql)\//i,
  mysql: /(?:^|\/)mysql(?:-?db)?\//i,
  mariadb: /(?:^|\/)(?:mariadb|mysql(?:-?db)?)\//i,
};

/** If folders are named after databases, the files for this one; the other files are for every database. */
function ofDialect<T>(files: readonly T[], dialect: DialectId, pathOf: (file: T) => string): readonly T[] {
  const own = files.filter((file) => folders[dialect].test(pathOf(file)));
  const isOfAnother = (file: T) =>
    isOfOtherDatabase(pathOf(file), dialect) || Object.values(folders).some((folder) => folder.test(pathOf(file)));
  return own.length > 0 ? own : files.filter((file) => !isOfAnother(file));
}

/** The folder of the newest migration in the repository, if the data source names no files. Default: `migrations`. */
function foundMigrationsFolder(root: string, generated: readonly string[], dialect: DialectId): string {
  const files = findFilesSync(root, ["**/migrations/**/[0-9]*.{ts,cts,mts,js,cjs,mjs}"], {
    ignore: ["**/*.d.*", ...generated.map((folder) => `${folder}/**`)],
  }).filter((file) => /^\d{13}-/.test(basename(file)));
  const newest = [...ofDialect(files, dialect, (file) => file)]
    .sort((a, b) => (basename(a) < basename(b) ? -1 : 1))
    .at(-1);
  return newest === undefined ? "migrations" : posix.dirname(newest);
}
