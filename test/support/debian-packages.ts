/** Debian's packages, unpacked below node_modules and not installed: that needs no root where apt has its lists. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where there is no network, that is known at once. */
const quick = ["-q", "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10", "-o", "Acquire::https::Timeout=10"];

/** The folder below node_modules that packages are unpacked to. */
export function cacheFor(name: string): string {
  return fileURLToPath(new URL(`../../node_modules/.cache/lockstep-${name}`, import.meta.url));
}

/**
 * Packages in `cacheFor(name)`, with the libraries that `dependents` need and this system lacks; fetched once.
 * @returns false where there is no apt, no package or no network
 */
export function unpack(name: string, packages: readonly string[], dependents: readonly string[]): boolean {
  const cache = cacheFor(name);
  if (existsSync(cache)) return true;
  if (!existsSync("/usr/bin/apt-get") || !existsSync("/usr/bin/dpkg-deb")) return false;
  mkdirSync(join(cache, ".."), { recursive: true });
  const draft = mkdtempSync(`${cache}-`);
  try {
    const fetched = () => {
      const wanted = new Set([...packages, ...dependents.flatMap(missingLibraries)]);
      return run("apt-get", ["download", ...quick, ...wanted], draft).status === 0;
    };
    if (!fetched()) {
      // Lists that are missing or older than the archive.
      if (process.getuid?.() !== 0 || run("apt-get", ["update", ...quick], draft).status !== 0 || !fetched())
        return false;
    }
    const folder = join(draft, "unpacked");
    for (const file of readdirSync(draft).filter((each) => each.endsWith(".deb")))
      if (run("dpkg-deb", ["-x", file, folder], draft).status !== 0) return false;
    moveTo(folder, cache);
    return true;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** The folders of shared libraries in what was unpacked. */
export function libraryFolders(folder: string): string[] {
  return ["usr/lib", "lib"]
    .map((each) => join(folder, each))
    .flatMap((each) => (existsSync(each) ? readdirSync(each).map((name) => join(each, name)) : []))
    .filter((each) => each.endsWith("-linux-gnu"));
}

/** In one step: whoever does the same at the same time finds all of it or nothing. */
export function moveTo(draft: string, folder: string): void {
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(draft, { recursive: true, force: true });
  }
}

/** The libraries that a package depends on and that are not installed. */
function missingLibraries(name: string): string[] {
  const { stdout } = run("apt-cache", ["depends", name], "/");
  const libraries = [...stdout.matchAll(/^ +Depends: (lib[\w.+-]+)$/gm)].map(([, library = ""]) => library);
  return libraries.filter(
    (library) => !run("dpkg-query", ["-W", "-f", "$" + "{Status}", library], "/").stdout.includes("ok installed"),
  );
}

function run(command: string, args: readonly string[], cwd: string) {
  return spawnSync(command, args, { cwd, encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
}
