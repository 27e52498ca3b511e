/** The project's Prisma version: the engine of each version runs migrations in its own way. */

import { createRequire } from "node:module";
import { join } from "node:path";
import { attempt, isNotInstalled } from "@lockstep/core/text";

/** Assumed if no version can be read: the version that this package is made for. */
const assumedVersion = "7.10.0";

/**
 * The version of `prisma` that the project resolves.
 * @param cwd the project's folder
 * @param override LOCKSTEP_PRISMA_VERSION, for a CLI that is not in the project's node_modules
 */
export function prismaVersion(cwd: string, override?: string): string {
  return override || (installedVersion(cwd) ?? assumedVersion);
}

/** Undefined if the project has no `prisma`. */
export function installedVersion(cwd: string): string | undefined {
  const { version } = installedManifest(cwd);
  return typeof version === "string" ? version : undefined;
}

interface Manifest {
  readonly version?: unknown;
  readonly dependencies?: object;
}

/** The `package.json` of the `prisma` that the project resolves. Empty if it has none. */
export function installedManifest(cwd: string): Manifest {
  const load = createRequire(join(cwd, "package.json"));
  return attempt(() => load("prisma/package.json") as Manifest, isNotInstalled) ?? {};
}

/** `isAtLeast("7.10.0", 7, 4)` is true. A text that is not a version counts as new. */
export function isAtLeast(version: string, major: number, minor: number): boolean {
  const match = /^(\d+)\.(\d+)/.exec(version);
  if (!match) return true;
  const [actualMajor, actualMinor] = [Number(match[1]), Number(match[2])];
  return actualMajor > major || (actualMajor === major && actualMinor >= minor);
}
