/** Where a MariaDB server is on this machine: installed, or unpacked from Debian's packages below node_modules. */
import { unprivilegedAccount } from "../../core/src/rehearsal/server/account.js";
import { findMysqlBinaries, type MysqlBinaries } from "../../core/src/rehearsal/server/mysql-binaries.js";
import { unpack, unpackFrom } from "./debian-packages.js";
import { readableBy, withOwnLoader } from "./unpacked-server.js";

/** The Debian that has a version of MariaDB, which `npm run test:on -- mariadb:11.8` names. */
const suites: Readonly<Record<string, string>> = { "11.8": "trixie" };

const packages = ["mariadb-server-core", "mariadb-server"];

/**
 * The server that is installed; else the packages of Debian, downloaded once and not installed, which needs no root where apt has its
 * lists. LOCKSTEP_MARIADB names these from then on, for commands of Lockstep that run in processes of their own.
 * LOCKSTEP_TEST_MARIADB_VERSION, such as 11.8, asks for the first two numbers of its version. Default: any
 * @returns undefined where there is none and none can be had
 */
export function findMariadb(): MysqlBinaries | undefined {
  const account = unprivilegedAccount();
  const wanted = process.env.LOCKSTEP_TEST_MARIADB_VERSION;
  const installed = findMysqlBinaries("mariadb", wanted, account);
  if (installed !== undefined && (wanted === undefined || installed.version.startsWith(`${wanted}.`))) return installed;
  if (wanted === undefined) {
    if (!unpack("mariadb", packages, ["mariadb-server-core"])) return undefined;
    process.env.LOCKSTEP_MARIADB = readableBy(account, "mariadb");
  } else {
    const suite = suites[wanted];
    if (suite === undefined)
      throw new Error(`No MariaDB ${wanted}: the tests know where to find ${Object.keys(suites)}`);
    if (!unpackFrom(suite, `mariadb-${wanted}`, packages)) return undefined;
    process.env.LOCKSTEP_MARIADB = withOwnLoader(account, `mariadb-${wanted}`, "mariadbd");
  }
  return findMysqlBinaries("mariadb", undefined, account);
}
