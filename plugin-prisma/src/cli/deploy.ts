import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import type { LockLimit, OrmRun, Project } from "@lockstep/core";
import { dialectOn } from "../dialects/dialects.js";
import { configOf } from "../init/project.js";
import type { PrismaProject } from "../project.js";
import { aimedEnvironment } from "./aim.js";
import { runPrisma } from "./prisma-cli.js";

/** `prisma migrate deploy` of the project, aimed at a target. */
export async function deploy(
  project: Project,
  url: string,
  onLine: (line: string) => void,
  limit?: LockLimit,
  config: readonly string[] = [],
): Promise<OrmRun> {
  // Prisma runs all that is pending in one session, which it is told about in the URL alone.
  const limited = limit?.isForAll ? await dialectOn(project.dialect).withLockTimeout(url, limit.timeoutMs) : undefined;
  if (limited === undefined) limit?.onUnlimited?.(limit.isForAll ? "connection" : "half-done");
  const env = await aimed(project, limited ?? url);
  return runPrisma(["migrate", "deploy", ...config], { cwd: project.root, env, onLine });
}

/** `prisma migrate deploy` with a copy of the migrations folder that lacks some of them. */
export async function deployWithout(
  project: Project,
  url: string,
  without: readonly string[],
  onLine: (line: string) => void,
  limit?: LockLimit,
): Promise<OrmRun> {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-migrations-"));
  try {
    const config = await configWithout(project, without, folder);
    return await deploy(project, url, onLine, limit, ["--config", config]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the copy, and a Prisma config that is the project's own except for that folder. @returns the config */
async function configWithout({ root, migrationsFolder }: Project, without: readonly string[], folder: string) {
  const migrations = join(folder, "migrations");
  mkdirSync(migrations);
  for (const name of readdirSync(join(root, migrationsFolder)))
    if (!without.includes(name))
      cpSync(join(root, migrationsFolder, name), join(migrations, name), { recursive: true });
  const { configFile, schema } = await configOf(root);
  const text = (value: string) => JSON.stringify(value.split(sep).join("/"));
  const own = join(folder, "prisma.config.ts");
  // Prisma resolves relative paths from the folder of the config that it loads.
  const paths = `${schema === undefined ? "" : `schema: ${text(schema)}, `}migrations: { ...config.migrations, path: ${text(migrations)} }`;
  writeFileSync(own, `import config from ${text(configFile)};\nexport default { ...config, ${paths} };\n`);
  return own;
}

/** `prisma migrate resolve` of the project, aimed at a target. */
export async function resolve(
  project: Project,
  url: string,
  migration: string,
  as: "rolled-back" | "applied",
): Promise<OrmRun> {
  const env = await aimed(project, url);
  return runPrisma(["migrate", "resolve", `--${as}`, migration], { cwd: project.root, env });
}

/** A deployment runs the CLI several times: what the project names is looked at once a target. */
const environments = new Map<string, ReturnType<typeof aimedEnvironment>>();

function aimed(project: Project, url: string): ReturnType<typeof aimedEnvironment> {
  const key = JSON.stringify([project.root, url]);
  const known = environments.get(key) ?? aimedEnvironment(project as PrismaProject, url, process.env);
  environments.set(key, known);
  return known;
}
