import { existsSync, realpathSync } from "node:fs";
import { isAbsolute, join, posix, relative, resolve, sep } from "node:path";
import { type LockstepConfig, LockstepError } from "@lockstep/core";
import type { DataSourceFacts } from "../cli/hook.cjs";
import { projectRoot } from "../intercept/project-root.js";
import { readMigrationFiles } from "../migrations/list.js";
import type { TypeormProject } from "../project.js";
import { type FoundCall, findCall, type Manifest, readManifest } from "./call.js";
import { type Compilation, readCompilation, sourceOf, staticFolder } from "./compiled.js";
import { copyIn, installedCopy, refuseOldCopy, refuseTwoCopies } from "./copies.js";
import { developmentUrl } from "./development-url.js";
import { inspectDataSource } from "./inspect.js";

/**
 * The TypeORM project at a folder or above it. Loads the data source with the project's own runner: for commands, not for
 * interception.
 *
 * @throws LS8001 no project · LS8002 config · LS9020 not installed · LS9060 the data source cannot be loaded · LS9061 it is not known ·
 * LS9062 not PostgreSQL · LS9051 two copies of TypeORM · LS9053 too old · LS9054 `synchronize: true`
 * @example const { root, migrationsFolder } = await findProject(process.cwd());
 */
export async function findProject(cwd: string): Promise<TypeormProject> {
  const root = projectRoot(cwd);
  const manifest = readManifest(root);
  const { loadConfig } = await import("@lockstep/core/planning");
  const config = await loadConfig(root);
  // Only a dependency counts: a tree with several projects has typeorm for all of them.
  if (!declares(manifest) && config.typeorm === undefined) throw noProject(cwd);
  refuseOldCopy(installedCopy(root));
  const compilation = readCompilation(root);
  const call = findCall(root, manifest, config, compilation);
  const facts = await inspectDataSource(call, process.env);
  refuse(facts, call);
  return projectOf({ call, facts, config, compilation, isEsm: manifest.type === "module" });
}

function declares({ dependencies, devDependencies, peerDependencies }: Manifest): boolean {
  return [dependencies, devDependencies, peerDependencies].some((list) => list?.typeorm !== undefined);
}

function noProject(cwd: string): LockstepError {
  return new LockstepError("LS8001", `There is no package.json with typeorm at ${cwd} or above it`);
}

function refuse(facts: DataSourceFacts, { dataSource }: FoundCall): void {
  const cli = copyIn(facts.cli);
  refuseOldCopy(cli);
  if (facts.otherCopy !== undefined) refuseTwoCopies(cli, copyIn(facts.otherCopy));
  if (facts.type !== "postgres")
    throw new LockstepError("LS9062", `The data source in ${dataSource} is of the type ${facts.type}.`);
  if (facts.synchronize && process.env.NODE_ENV !== "test")
    throw new LockstepError("LS9054", `The data source in ${dataSource} has synchronize: true.`);
}

interface Found {
  readonly call: FoundCall;
  readonly facts: DataSourceFacts;
  readonly config: Pick<LockstepConfig, "typeorm">;
  readonly compilation: Compilation;
  readonly isEsm: boolean;
}

function projectOf({ call, facts, config, compilation, isEsm }: Found): TypeormProject {
  const { root, run, dataSource, scripts } = call;
  const source = (path: string) => sourceOf(root, path, compilation);
  const migrationGlobs = facts.migrations.map((glob) => source(fromRoot(root, glob)));
  const newest = readMigrationFiles({ root, migrationGlobs }).at(-1)?.file;
  const generated = scripts
    .find(({ command }) => command === "migration:generate")
    ?.rest.find((word) => /^[^-$]/.test(word));
  const migrationsFolder =
    config.typeorm?.migrations ??
    (generated === undefined ? undefined : posix.dirname(generated)) ??
    (newest === undefined ? undefined : posix.dirname(newest)) ??
    (migrationGlobs[0] === undefined ? "migrations" : staticFolder(migrationGlobs[0]));
  const dataSourceFile = existingFile(root, source(fromRoot(root, dataSource)));
  const { folder, version } = copyIn(facts.cli);
  const { schema, migrationsTableName } = facts;
  return {
    root,
    migrationsFolder: posix.normalize(migrationsFolder).replace(/\/$/, ""),
    ormVersion: version,
    developmentUrl: developmentUrl(facts),
    generatedFolders: compilation.outDir === undefined ? [] : [compilation.outDir],
    dataSourceFile,
    dataSource,
    run,
    scripts,
    flavour: {
      language: /\.[cm]?ts$/.test(newest ?? dataSourceFile) ? "ts" : "js",
      module: isEsm ? "esm" : "commonjs",
    },
    migrationGlobs,
    typeormFolder: folder,
    migrationsTable: tableOf(migrationsTableName, schema),
  };
}

/** As TypeORM reads the option: a name may have its schema before it. */
function tableOf(name: string, schema: string | undefined): TypeormProject["migrationsTable"] {
  const [own, ...rest] = name.split(".");
  return rest.length === 0 ? { schema, name } : { schema: own, name: rest.join(".") };
}

/** Globs are relative to the folder that the CLI is run in. `..` of `path.join(__dirname, …)` is resolved by then. */
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
