/** Where a MariaDB server is on this machine: installed, or unpacked from Debian's packages below node_modules. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Account } from "../../core/src/stage/account.js";
import { cacheFor, libraryFolders, moveTo, unpack } from "./debian-packages.js";

export interface MariadbBinaries {
  readonly mariadbd: string;
  /** The folder with the scripts that make the system tables, the messages and the character sets. */
  readonly share: string;
  /** Absent: those of the server's own build. */
  readonly plugins?: string;
  readonly env: Readonly<Record<string, string>>;
}

const cache = cacheFor("mariadb");

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
  if (!unpack("mariadb", ["mariadb-server-core", "mariadb-server"], ["mariadb-server-core"])) return undefined;
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
  return {
    mariadbd: join(folder, "usr/sbin/mariadbd"),
    share: join(folder, "usr/share/mysql"),
    plugins: join(folder, "usr/lib/mysql/plugin"),
    env: { LD_LIBRARY_PATH: libraryFolders(folder).join(delimiter) },
  };
}
