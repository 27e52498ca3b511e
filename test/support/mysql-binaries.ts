/** Where a MySQL server is on this machine: installed, or unpacked from Debian's unstable below node_modules. No stable Debian has one. */
import { unprivilegedAccount } from "../../core/src/rehearsal/server/account.js";
import { findMysqlBinaries, type MysqlBinaries } from "../../core/src/rehearsal/server/mysql-binaries.js";
import { unpackFrom } from "./debian-packages.js";
import { withOwnLoader } from "./unpacked-server.js";

/**
 * The server that is installed, or that LOCKSTEP_MYSQL names; else Debian's, downloaded once and not installed. LOCKSTEP_MYSQL names it
 * from then on, for commands of Lockstep that run in processes of their own.
 * @returns undefined where there is none and none can be had
 */
export function findMysql(): MysqlBinaries | undefined {
  const account = unprivilegedAccount();
  const installed = findMysqlBinaries("mysql", undefined, account);
  if (installed !== undefined) return installed;
  if (!unpackFrom("sid", "mysql", ["mysql-server-core"])) return undefined;
  process.env.LOCKSTEP_MYSQL = withOwnLoader(account, "mysql", "mysqld");
  return findMysqlBinaries("mysql", undefined, account);
}
