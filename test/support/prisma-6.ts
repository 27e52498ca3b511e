/** Prisma 6.19, installed once for all runs on a machine: the repository itself has 7. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publishedModules } from "./published.js";

export const prisma6 = "6.19.3";

/**
 * The folder with its `node_modules`. Install scripts do not run: no engine is downloaded, so every machine tests the same one.
 * @throws with npm's output when the registry cannot be reached
 */
export function installPrisma6(): string {
  const folder = join(tmpdir(), `lockstep-prisma-${prisma6}`);
  if (existsSync(join(folder, "node_modules/prisma/package.json"))) return folder;
  // Two runs at once each install their own; the first to finish gives it its name.
  const own = mkdtempSync(`${folder}-`);
  writeFileSync(join(own, "package.json"), '{ "private": true }\n');
  const packages = ["prisma", "@prisma/client", "@prisma/adapter-pg"].map((name) => `${name}@${prisma6}`);
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...packages];
  const { status, stderr } = spawnSync("npm", args, { cwd: own, encoding: "utf8" });
  if (status !== 0) throw new Error(`npm install of Prisma ${prisma6} failed:\n${stderr}`);
  try {
    renameSync(own, folder);
  } catch {
    rmSync(own, { recursive: true, force: true });
  }
  return folder;
}

/** Gives a project Prisma 6 and Lockstep as it is published, as `npm install` would. */
export function linkPrisma6(project: string): void {
  const modules = join(installPrisma6(), "node_modules");
  const own = join(project, "node_modules");
  mkdirSync(own);
  for (const name of readdirSync(modules).filter((entry) => !entry.startsWith(".")))
    symlinkSync(join(modules, name), join(own, name), "junction");
  symlinkSync(join(publishedModules(), "@lockstep"), join(own, "@lockstep"), "junction");
}
