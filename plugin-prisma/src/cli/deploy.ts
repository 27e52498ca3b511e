import type { OrmRun, Project } from "@lockstep/core";
import type { PrismaProject } from "../project.js";
import { aimedEnvironment } from "./aim.js";
import { runPrisma } from "./prisma-cli.js";

/** `prisma migrate deploy` of the project, aimed at a target. */
export async function deploy(project: Project, url: string, onLine: (line: string) => void): Promise<OrmRun> {
  const env = await aimedEnvironment(project as PrismaProject, url, process.env);
  return runPrisma(["migrate", "deploy"], { cwd: project.root, env, onLine });
}

/** `prisma migrate resolve` of the project, aimed at a target. */
export async function resolve(
  project: Project,
  url: string,
  migration: string,
  as: "rolled-back" | "applied",
): Promise<OrmRun> {
  const env = await aimedEnvironment(project as PrismaProject, url, process.env);
  return runPrisma(["migrate", "resolve", `--${as}`, migration], { cwd: project.root, env });
}
