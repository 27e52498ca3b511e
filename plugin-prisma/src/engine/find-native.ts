/** Finds the native schema engine, if one is installed. */

import { spawnSync } from "node:child_process";
import { accessSync, constants, readdirSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { attempt, isNotInstalled, isUnreadable } from "@lockstep/core/text";

/** The engine in PRISMA_SCHEMA_ENGINE_BINARY before Lockstep replaced it, as an absolute path. */
export const nativeEngineVariable = "LOCKSTEP_NATIVE_SCHEMA_ENGINE";

/** The native engine that the config found, or empty: bin/schema-engine.js runs the CLI's commands in it, without Node. */
export const foundEngineVariable = "LOCKSTEP_FOUND_ENGINE";

/** Environment variables that the shell of bin/schema-engine.js drops, as JSON: dash keeps no name such as `DATABASE-URL`. */
export const droppedVariables = "LOCKSTEP_DROPPED_VARIABLES";

const ownExecutable = fileURLToPath(new URL("../../bin/schema-engine.js", import.meta.url));

/**
 * The path of a native engine: the one that the config found, else the user's choice, else the one that Prisma downloaded for this machine.
 * @param cwd the project's folder
 * @returns undefined when there is none
 */
export function findNative(cwd: string, env: NodeJS.ProcessEnv): string | undefined {
  for (const chosen of [env[foundEngineVariable], env[nativeEngineVariable]]) {
    if (!chosen) continue;
    const path = resolve(cwd, chosen);
    if (isForeignExecutable(path)) return path;
  }
  const installed = enginesFolders(cwd).flatMap(enginesIn).filter(isForeignExecutable);
  // Usually there is one; a folder shared between machines has several, and only one of them starts here.
  return installed.length < 2 ? installed[0] : installed.find(starts);
}

/** Where Prisma stores its engines: beside the `prisma` package of the project. */
function enginesFolders(cwd: string): string[] {
  const project = createRequire(join(cwd, "package.json"));
  const found = (from: NodeJS.Require, name: string) =>
    attempt(() => from.resolve(`${name}/package.json`), isNotInstalled);
  const prisma = found(project, "prisma");
  const manifests = [prisma && found(createRequire(prisma), "@prisma/engines"), found(project, "@prisma/engines")];
  return [...new Set(manifests.filter((path) => path !== undefined).map(dirname))];
}

function enginesIn(folder: string): string[] {
  return (attempt(() => readdirSync(folder), isUnreadable) ?? [])
    .filter((name) => /^schema-engine-[\w.-]+$/.test(name) && !/\.(tmp|gz|sha256)/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** Never this proxy, which would start itself endlessly. */
function isForeignExecutable(path: string): boolean {
  const isForeign = () => {
    accessSync(path, constants.X_OK);
    return realpathSync(path) !== realpathSync(ownExecutable);
  };
  return attempt(isForeign, isUnreadable) ?? false;
}

function starts(path: string): boolean {
  return spawnSync(path, ["--version"], { stdio: "ignore", timeout: 5_000 }).status === 0;
}
