/** Where a MariaDB server is on this machine: installed, or unpacked from Debian's packages below node_modules. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Account, unprivilegedAccount } from "../../core/src/rehearsal/server/account.js";
import { findMysqlBinaries, type MysqlBinaries } from "../../core/src/rehearsal/server/mysql-binaries.js";
import { cacheFor, moveTo, unpack } from "./debian-packages.js";

/**
 * The server that is installed; else the packages of Debian, downloaded once and not installed, which needs no root where apt has its
 * lists. LOCKSTEP_MARIADB names these from then on, for commands of Lockstep that run in processes of their own.
 * @returns undefined where there is none and none can be had
 */
export function findMariadb(): MysqlBinaries | undefined {
  const account = unprivilegedAccount();
  const installed = findMysqlBinaries("mariadb", undefined, account);
  if (installed !== undefined) return installed;
  if (!unpack("mariadb", ["mariadb-server-core", "mariadb-server"], ["mariadb-server-core"])) return undefined;
  process.env.LOCKSTEP_MARIADB = readableBy(account, "mariadb");
  return findMysqlBinaries("mariadb", undefined, account);
}

/**
 * The folder of a cache, or a copy where the account cannot read it: a clone below /root is closed to everybody else.
 * @param name as `cacheFor` takes it
 */
export function readableBy(account: Account | undefined, name: string): string {
  const cache = cacheFor(name);
  const canRead = () => spawnSync("test", ["-r", join(cache, "usr/share/mysql/english")], { cwd: "/", ...account });
  if (account === undefined || canRead().status === 0) return cache;
  const copy = join(tmpdir(), `lockstep-${name}-${createHash("sha256").update(cache).digest("hex").slice(0, 12)}`);
  if (existsSync(copy)) {
    // The temporary folder belongs to everybody: binaries that someone else put there are not run.
    if (statSync(copy).uid !== process.getuid?.()) throw new Error(`${copy} belongs to someone else`);
    return copy;
  }
  const draft = mkdtempSync(`${copy}-`);
  spawnSync("cp", ["-a", `${cache}/.`, draft]);
  spawnSync("chmod", ["-R", "a+rX", draft]);
  moveTo(draft, copy);
  return copy;
}
