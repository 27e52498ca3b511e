/** Where a MariaDB server is on this machine: installed, or unpacked from Debian's packages below node_modules. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Account } from "./postgres-binaries.js";

export interface MariadbBinaries {
  readonly mariadbd: string;
  /** The folder with the scripts that make the system tables, the messages and the character sets. */
  readonly share: string;
  /** Absent: those of the server's own build. */
  readonly plugins?: string;
  readonly env: Readonly<Record<string, string>>;
}

const cache = fileURLToPath(new URL("../../node_modules/.cache/lockstep-mariadb", import.meta.url));

/**
 * The server on PATH or in /usr/sbin; else the packages of Debian, downloaded once and not installed, which needs no root where apt
 * has its lists.
 * @returns undefined where there is none and none can be had
 */
export function findMariadb(): MariadbBinaries | undefined {
  const installed = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"]
    .map((folder) => join(folder, "mariadbd"))
    .find((file) => existsSync(file));
  const share = ["/usr/share/mysql", "/usr/share/mariadb"].find((folder) =>
    existsSync(join(folder, "mysql_system_tables.sql")),
  );
  if (installed !== undefined && share !== undefined) return { mariadbd: installed, share, env: {} };
  if (!existsSync(cache) && !download()) return undefined;
  return unpackedIn(cache);
}

/** What `account` can run: a clone below /root is closed to everybody else. */
export function runnableBy(binaries: MariadbBinaries, account: Account | undefined): MariadbBinaries {
  const canRead = () => spawnSync("test", ["-r", join(binaries.share, "english")], { cwd: "/", ...account });
  if (account === undefined || !binaries.share.startsWith(cache) || canRead().status === 0) return binaries;
  const copy = join(tmpdir(), `lockstep-mariadb-${createHash("sha256").update(cache).digest("hex").slice(0, 12)}`);
  if (existsSync(copy)) {
    // The temporary folder belongs to everybody: binaries that someone else put there are not run.
    if (statSync(copy).uid !== process.getuid?.()) throw new Error(`${copy} belongs to someone else`);
    return unpackedIn(copy);
  }
  const draft = mkdtempSync(`${copy}-`);
  spawnSync("cp", ["-a", `${cache}/.`, draft]);
  spawnSync("chmod", ["-R", "a+rX", draft]);
  moveTo(draft, copy);
  return unpackedIn(copy);
}

function unpackedIn(folder: string): MariadbBinaries {
  const libraries = ["usr/lib", "lib"]
    .map((each) => join(folder, each))
    .flatMap((each) => (existsSync(each) ? readdirSync(each).map((name) => join(each, name)) : []))
    .filter((each) => each.endsWith("-linux-gnu"));
  return {
    mariadbd: join(folder, "usr/sbin/mariadbd"),
    share: join(folder, "usr/share/mysql"),
    plugins: join(folder, "usr/lib/mysql/plugin"),
    env: { LD_LIBRARY_PATH: libraries.join(delimiter) },
  };
}

/** Where there is no network, that is known at once. */
const quick = ["-q", "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10", "-o", "Acquire::https::Timeout=10"];

/** Fetches and unpacks what this system lacks of the server; false where there is no apt, no package or no network. */
function download(): boolean {
  if (!existsSync("/usr/bin/apt-get") || !existsSync("/usr/bin/dpkg-deb")) return false;
  mkdirSync(join(cache, ".."), { recursive: true });
  const draft = mkdtempSync(`${cache}-`);
  try {
    const fetched = () => {
      const packages = ["mariadb-server-core", "mariadb-server", ...missingLibraries()];
      return run("apt-get", ["download", ...quick, ...packages], draft).status === 0;
    };
    if (!fetched()) {
      // Lists that are missing or older than the archive.
      if (process.getuid?.() !== 0 || run("apt-get", ["update", ...quick], draft).status !== 0 || !fetched())
        return false;
    }
    const folder = join(draft, "unpacked");
    for (const name of readdirSync(draft).filter((each) => each.endsWith(".deb")))
      if (run("dpkg-deb", ["-x", name, folder], draft).status !== 0) return false;
    moveTo(folder, cache);
    return true;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** The libraries that the server's package depends on and that are not installed. */
function missingLibraries(): string[] {
  const { stdout } = run("apt-cache", ["depends", "mariadb-server-core"], "/");
  const libraries = [...stdout.matchAll(/^ +Depends: (lib[\w.+-]+)$/gm)].map(([, name = ""]) => name);
  return libraries.filter(
    (name) => !run("dpkg-query", ["-W", "-f", "$" + "{Status}", name], "/").stdout.includes("ok installed"),
  );
}

/** In one step: whoever does the same at the same time finds all of it or nothing. */
function moveTo(draft: string, folder: string): void {
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(draft, { recursive: true, force: true });
  }
}

function run(command: string, args: readonly string[], cwd: string) {
  return spawnSync(command, args, { cwd, encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
}
