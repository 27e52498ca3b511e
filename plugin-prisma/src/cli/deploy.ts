import type { LockLimit, OrmRun, Project } from "@lockstep/core";
import { dialectOn } from "../dialects/dialects.js";
import type { PrismaProject } from "../project.js";
import { aimedEnvironment, withholdingEnvironment } from "./aim.js";
import { runPrisma } from "./prisma-cli.js";

/** `prisma migrate deploy` of the project, on a target. */
export async function deploy(
  project: Project,
  url: string,
  onLine: (line: string) => void,
  limit?: LockLimit,
  withheld: readonly string[] = [],
): Promise<OrmRun> {
  // Prisma runs all pending migrations in one session, which can be configured only in the URL.
  const limited = limit?.isForAll ? await dialectOn(project.dialect).withLockTimeout(url, limit.timeoutMs) : undefined;
  if (limited === undefined) limit?.onUnlimited?.(limit.isForAll ? "connection" : "half-done");
  const aim = await aimed(project, limited ?? url);
  const env = withheld.length === 0 ? aim : await withholding(project, limited ?? url, withheld);
  if (env === undefined) throw new Error("withholds() was not asked");
  return runPrisma(["migrate", "deploy"], { cwd: project.root, env, onLine, comesToItsEnd: true });
}

/** Whether Prisma's CLI gets the migrations from Lockstep's engine, which can leave some of them out. */
export async function withholds(project: Project, url: string): Promise<boolean> {
  return (await withholding(project, url, [])) !== undefined;
}

async function withholding(project: Project, url: string, withheld: readonly string[]) {
  return withholdingEnvironment(project as PrismaProject, url, await aimed(project, url), withheld);
}

/** `prisma migrate resolve` of the project, on a target. */
export async function resolve(
  project: Project,
  url: string,
  migration: string,
  as: "rolled-back" | "applied",
): Promise<OrmRun> {
  const env = await aimed(project, url);
  return runPrisma(["migrate", "resolve", `--${as}`, migration], { cwd: project.root, env, comesToItsEnd: true });
}

/** A deployment runs the CLI several times: the project's settings are read once per target. */
const environments = new Map<string, ReturnType<typeof aimedEnvironment>>();

function aimed(project: Project, url: string): ReturnType<typeof aimedEnvironment> {
  const key = JSON.stringify([project.root, url]);
  const known = environments.get(key) ?? aimedEnvironment(project as PrismaProject, url, process.env);
  environments.set(key, known);
  return known;
}
