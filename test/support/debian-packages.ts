/** Debian's packages, unpacked below node_modules and not installed: that needs no root where apt has its lists. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
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
  return withDraft(name, (draft) => {
    const fetched = () => {
      const wanted = new Set([...packages, ...dependents.flatMap(missingLibraries)]);
      return run("apt-get", ["download", ...quick, ...wanted], draft).status === 0;
    };
    if (!fetched()) {
      // Lists that are missing or older than the archive.
      if (process.getuid?.() !== 0 || run("apt-get", ["update", ...quick], draft).status !== 0 || !fetched())
        return false;
    }
    return unpackTo(draft, join(draft, "unpacked"));
  });
}

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Packages of another Debian with everything that they depend on, down to the C library, in `cacheFor(name)`; fetched once. What the
 * system has is left as it is: they have lists of their own, and run with the loader that comes with them.
 * @param suite `trixie`, or `sid`, which is Debian's unstable
 * @returns false where there is no Debian, or no network
 */
export function unpackFrom(suite: string, name: string, packages: readonly string[]): boolean {
  if (!existsSync(keyring)) return existsSync(cacheFor(name));
  return withDraft(name, (draft) => {
    for (const folder of ["lists/partial", "cache/archives/partial"])
      mkdirSync(join(draft, folder), { recursive: true });
    writeFileSync(
      join(draft, "sources.list"),
      `deb [signed-by=${keyring}] http://deb.debian.org/debian ${suite} main\n`,
    );
    // Nothing is installed, so every dependency is fetched.
    writeFileSync(join(draft, "status"), "");
    const own = {
      "Dir::Etc::SourceList": "sources.list",
      "Dir::Etc::SourceParts": "/dev/null",
      "Dir::Etc::PreferencesParts": "/dev/null",
      "Dir::State": ".",
      "Dir::State::Lists": "lists",
      "Dir::State::Status": "status",
      "Dir::Cache": "cache",
      "Debug::NoLocking": "1",
      "APT::Sandbox::User": "",
    };
    const options = Object.entries(own).flatMap(([option, value]) => [
      "-o",
      `${option}=${option.startsWith("Dir") && !value.startsWith("/") ? join(draft, value) : value}`,
    ]);
    const apt = (...args: string[]) => run("apt-get", [...quick, ...options, ...args], draft).status === 0;
    if (!apt("update") || !apt("install", "--yes", "--download-only", "--no-install-recommends", ...packages))
      return false;
    return unpackTo(join(draft, "cache/archives"), join(draft, "unpacked"));
  });
}

/** Makes the folder of a cache in one step, from the folder `unpacked` of a draft. */
function withDraft(name: string, make: (draft: string) => boolean): boolean {
  const cache = cacheFor(name);
  if (existsSync(cache)) return true;
  if (!existsSync("/usr/bin/apt-get") || !existsSync("/usr/bin/dpkg-deb")) return false;
  mkdirSync(join(cache, ".."), { recursive: true });
  const draft = mkdtempSync(`${cache}-`);
  try {
    if (!make(draft)) return false;
    moveTo(join(draft, "unpacked"), cache);
    return true;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function unpackTo(packages: string, folder: string): boolean {
  return readdirSync(packages)
    .filter((each) => each.endsWith(".deb"))
    .every((file) => run("dpkg-deb", ["-x", file, folder], packages).status === 0);
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
