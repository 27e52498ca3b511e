import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { LockstepError } from "@lockstep/core";
import { loadSchemaFiles } from "@prisma/schema-files-loader";
import { prismaVersion } from "../engine/prisma-version.js";
import type { PrismaProject } from "../project.js";
import { urlsInSchema } from "../schema/datasource-urls.js";
import { dialectOf } from "../schema/dialect.js";
import { generatedFolders } from "../schema/generators.js";
import { parseConfig } from "../schema/parse.js";
import { configFileIn } from "./config-file.js";
import { loadPrismaConfig } from "./load-prisma-config.js";

/** A project as its Prisma config describes it. */
export interface FoundProject extends PrismaProject {
  /** `prisma.config.ts`, from the root. */
  readonly configFile: string;
  /** The datasource's: `postgresql`. Undefined where the schema has no datasource. */
  readonly provider: string | undefined;
  /** Variables that the config wants and that are not set. */
  readonly unsetVariables: readonly string[];
  /** False: Prisma 6 migrates within its CLI (`engine: "js"`). */
  readonly startsEngine: boolean;
}

/**
 * The Prisma project at a folder or above it. Loads the Prisma config (about 300 ms): for commands, not for the engine.
 *
 * @throws LockstepError LS8001 no config or no schema · LS8002 a config that does not load
 * @example const { root, schemaFiles } = await findProject(process.cwd());
 */
export async function findProject(cwd: string): Promise<FoundProject> {
  const { root, configFile } = findConfig(resolve(cwd));
  const config = await loadPrismaConfig(root, configFile);
  const schemaPath = config.schema ?? defaultSchema(root);
  const found = schemaPath === undefined || !existsSync(schemaPath) ? [] : await loadSchemaFiles(schemaPath);
  if (schemaPath === undefined || found.length === 0) {
    const where = schemaPath === undefined ? "prisma/schema.prisma or schema.prisma" : fromRoot(root, schemaPath);
    throw new LockstepError("LS8001", `${fromRoot(root, configFile)} is there, but no Prisma schema at ${where}`, {
      hint: `Name it in ${fromRoot(root, configFile)}: schema: "prisma/schema.prisma"`,
    });
  }
  const files = found.map(([path, content]) => ({ path, content })).sort((a, b) => (a.path < b.path ? -1 : 1));
  const parsed = parseConfig(files);
  const schemaFolder = statSync(schemaPath).isDirectory() ? schemaPath : dirname(schemaPath);
  return {
    root,
    configFile: fromRoot(root, configFile),
    // The same default as in @prisma/internals, inferDirectoryConfig.
    migrationsFolder: fromRoot(root, config.migrationsPath ?? join(schemaFolder, "migrations")),
    ormVersion: prismaVersion(root, process.env.LOCKSTEP_PRISMA_VERSION),
    dialect: dialectOf(parsed.datasources[0]?.provider),
    developmentUrl: config.url ?? urlsInSchema(files, process.env).url,
    generatedFolders: generatedFolders({ files }, root),
    schemaFiles: files.map(({ path }) => fromRoot(root, path)),
    provider: parsed.datasources[0]?.provider,
    unsetVariables: config.unset,
    startsEngine: config.startsEngine,
  };
}

function findConfig(cwd: string): { root: string; configFile: string } {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const configFile = configFileIn(folder);
    if (configFile !== undefined) return { root: folder, configFile: join(folder, configFile) };
    if (folder === dirname(folder)) break;
  }
  throw new LockstepError("LS8001", `There is no prisma.config.ts at ${cwd} or above it`);
}

function defaultSchema(root: string): string | undefined {
  return [join(root, "schema.prisma"), join(root, "prisma", "schema.prisma")].find((path) => existsSync(path));
}

function fromRoot(root: string, path: string): string {
  return relative(root, path).split(sep).join("/");
}
