import type { MysqlBinaries } from "../../core/src/rehearsal/server/mysql-binaries.js";

/** Test files that a MySQL in MariaDB's place cannot run, and why. Paths below test/. */
const mariadbAlone: Readonly<Record<string, readonly string[]>> = {
  // It says SHOW SLAVE HOSTS, which MySQL 8.4 and later do not know.
  "Debian's pt-online-schema-change": ["database/mysql/online-run.test.ts", "contract/online.test.ts"],
};

/** The same of MariaDB 11.2 and later. */
const olderAlone: Readonly<Record<string, readonly string[]>> = {
  "copies a table while writes go on": ["contract/online.test.ts"],
};

/** Those that a server leaves out. The run names them, with the reasons. */
export function leftOutOn(server: MysqlBinaries | undefined): Readonly<Record<string, readonly string[]>> {
  if (server?.dialect === "mysql") return mariadbAlone;
  const [major = 0, minor = 0] = server?.version.split(".").map(Number) ?? [];
  return major + minor / 100 >= 11.02 ? olderAlone : {};
}
