/** Where a MySQL server is on this machine: installed, or unpacked from Debian's unstable below node_modules. No stable Debian has one. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unprivilegedAccount } from "../../core/src/rehearsal/server/account.js";
import { findMysqlBinaries, type MysqlBinaries } from "../../core/src/rehearsal/server/mysql-binaries.js";
import { unpackUnstable } from "./debian-packages.js";
import { readableBy } from "./mariadb-binaries.js";

/** Its C library is newer than the system's: its own loader runs it, whose libraries nothing else may find. */
const launcher = `#!/bin/sh
root=$(cd "$(dirname "$0")/../.." && pwd)
for loader in "$root"/usr/lib/*/ld-linux-*.so.*; do
  exec "$loader" --library-path "$(dirname "$loader")" "$root/usr/sbin/mysqld" "$@"
done
`;

/**
 * The server that is installed, or that LOCKSTEP_MYSQL names; else Debian's, downloaded once and not installed. LOCKSTEP_MYSQL names it
 * from then on, for commands of Lockstep that run in processes of their own.
 * @returns undefined where there is none and none can be had
 */
export function findMysql(): MysqlBinaries | undefined {
  const account = unprivilegedAccount();
  const installed = findMysqlBinaries("mysql", undefined, account);
  if (installed !== undefined) return installed;
  if (!unpackUnstable("mysql", ["mysql-server-core"])) return undefined;
  const folder = join(readableBy(account, "mysql"), "own");
  const program = join(folder, "bin/mysqld");
  if (!existsSync(program)) {
    mkdirSync(join(folder, "bin"), { recursive: true });
    writeFileSync(program, launcher);
    chmodSync(program, 0o755);
  }
  process.env.LOCKSTEP_MYSQL = folder;
  return findMysqlBinaries("mysql", undefined, account);
}
