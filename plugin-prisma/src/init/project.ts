import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { LockstepError } from "@lockstep/core";
import { loadSchemaFiles } from "@prisma/schema-files-loader";
import { installedManifest, installedVersion, isAtLeast, prismaVersion } from "../engine/prisma-version.js";
import type { PrismaProject } from "../project.js";
import { urlsInSchema } from "../schema/datasource-urls.js";
import { dialectOf, isSupported } from "../schema/dialect.js";
import { generatedFolders } from "../schema/generators.js";
import { parseConfig } from "../schema/parse.js";
import { testedVersions } from "../supported.js";
import { type BareProject, bareProject } from "./bare-project.js";
import { configFileIn } from "./config-file.js";
import { type LoadedPrismaConfig, loadPrismaConfig } from "./load-prisma-config.js";
import { updateCommands } from "./update-commands.js";

/** A project as its Prisma config describes it. */
export interface FoundProject extends PrismaProject {
  /** `prisma.config.ts`, from the root. */
  readonly configFile: string;
  /** The datasource's: `postgresql`. Undefined if the schema has no datasource. */
  readonly provider: string | undefined;
  /** Variables that the config requires and that are not set. */
  readonly unsetVariables: readonly string[];
  /** False: Prisma 6 migrates within its CLI (`engine: "js"`). */
  readonly startsEngine: boolean;
}

/**
 * The Prisma project at a folder or above it. Loads the Prisma config (about 300 ms): for commands, not for the engine.
 *
 * @param isNew also a project of Prisma 6 without a config, which `init` writes. Default: false
 * @throws LockstepError LS8001 no config or no schema · LS8002 a config that does not load · LS8023 an unsupported database · LS8026 a
 *   Prisma that reads no config · LS9024 Prisma 8
 * @example const { root, schemaFiles } = await findProject(process.cwd());
 */
export async function findProject(cwd: string, isNew = false): Promise<FoundProject> {
  const found = findConfig(resolve(cwd));
  const bare = found === undefined ? bareProject(resolve(cwd)) : undefined;
  const root = found?.root ?? bare?.root;
  if (root !== undefined) refusePrisma8(root);
  if (found !== undefined) return describe(found, await loadPrismaConfig(found.root, found.configFile));
  const version = bare && (process.env.LOCKSTEP_PRISMA_VERSION ?? installedVersion(bare.root));
  // Prisma 7 has its datasource in the config: without one there is nothing to migrate.
  const isOld = bare !== undefined && (version === undefined || !isAtLeast(version, 7, 0));
  if (!isNew || !isOld)
    throw new LockstepError("LS8001", `No prisma.config.ts in ${cwd} or above`, {
      ...(isOld ? { hint: `npx lockstep init   (writes it from package.json and ${bare.schema})` } : {}),
    });
  refuseOld(bare, version);
  const config = { schema: resolve(bare.root, bare.schema), migrationsPath: undefined, url: undefined };
  return describe(
    { root: bare.root, configFile: join(bare.root, "prisma.config.ts") },
    { ...config, unset: [], startsEngine: true },
  );
}

/** Prisma 8 is recognised by what it depends on: 8.1.0-dev is a build of the line of Prisma 7. */
function refusePrisma8(root: string): void {
  const { version, dependencies = {} } = installedManifest(root);
  if ("@prisma/cli-engine" in dependencies)
    throw new LockstepError("LS9024", `The project at ${root} uses Prisma ${version}.`);
}

function refuseOld({ root }: BareProject, version: string | undefined): void {
  if (version === undefined) throw new LockstepError("LS9020", `Prisma is not installed in the project at ${root}.`);
  if (isAtLeast(version, 6, 13)) return;
  throw new LockstepError("LS8026", `Prisma ${version} is installed, but Lockstep needs 6.13 or later.`, {
    hint: `${updateCommands(root, testedVersions.six)}\nnpx lockstep init`,
  });
}

async function describe(
  { root, configFile }: { readonly root: string; readonly configFile: string },
  config: LoadedPrismaConfig,
): Promise<FoundProject> {
  const schemaPath = config.schema ?? defaultSchema(root);
  const found = schemaPath === undefined || !existsSync(schemaPath) ? [] : await loadSchemaFiles(schemaPath);
  if (schemaPath === undefined || found.length === 0) {
    const where = schemaPath === undefined ? "prisma/schema.prisma or schema.prisma" : fromRoot(root, schemaPath);
    throw new LockstepError(
      "LS8001",
      `${fromRoot(root, configFile)} exists, but there is no Prisma schema at ${where}`,
      {
        hint: `Name it in ${fromRoot(root, configFile)}: schema: "prisma/schema.prisma"`,
      },
    );
  }
  const files = found.map(([path, content]) => ({ path, content })).sort((a, b) => (a.path < b.path ? -1 : 1));
  const parsed = parseConfig(files);
  const provider = parsed.datasources[0]?.provider;
  if (!isSupported(provider))
    throw new LockstepError("LS8023", `The datasource in ${fromRoot(root, schemaPath)} has provider = "${provider}".`);
  const schemaFolder = statSync(schemaPath).isDirectory() ? schemaPath : dirname(schemaPath);
  return {
    root,
    configFile: fromRoot(root, configFile),
    // The same default as in @prisma/internals, inferDirectoryConfig.
    migrationsFolder: fromRoot(root, config.migrationsPath ?? join(schemaFolder, "migrations")),
    ormVersion: prismaVersion(root, process.env.LOCKSTEP_PRISMA_VERSION),
    dialect: dialectOf(provider),
    developmentUrl: config.url ?? urlsInSchema(files, process.env).url,
    generatedFolders: generatedFolders({ files }, root),
    schemaFiles: files.map(({ path }) => fromRoot(root, path)),
    provider,
    unsetVariables: config.unset,
    startsEngine: config.startsEngine,
  };
}

function findConfig(cwd: string): { root: string; configFile: string } | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const configFile = configFileIn(folder);
    if (configFile !== undefined) return { root: folder, configFile: join(folder, configFile) };
    if (folder === dirname(folder)) return undefined;
  }
}

function defaultSchema(root: string): string | undefined {
  return [join(root, "schema.prisma"), join(root, "prisma", "schema.prisma")].find((path) => existsSync(path));
}

function fromRoot(root: string, path: string): string {
  return relative(root, path).split(sep).join("/");
}
