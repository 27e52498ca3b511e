import type { Checking } from "../dialect/checking.js";
import type { DialectId } from "../model/index.js";

/** By what a set of migrations says that it is for; loaded when it is asked for. */
const checkings: Readonly<Record<string, () => Promise<Checking>>> = {
  postgresql: async () => (await import("../postgresql/checking.js")).loadChecking(),
  mysql: async () => (await import("../mysql/checking.js")).eitherChecking,
  mariadb: async () => (await import("../mysql/checking.js")).mariadbChecking,
};

/**
 * @param dialect undefined is taken for PostgreSQL
 * @param system what somebody says that the server is. Default: nobody says; `mysql` may be MariaDB as well, as both answer to it
 * @returns undefined: nothing here judges it
 */
export async function checkingOf(dialect = "postgresql", system?: DialectId): Promise<Checking | undefined> {
  if (dialect === "mysql" && system === "mysql") return (await import("../mysql/checking.js")).mysqlChecking;
  const own = dialect === "mysql" && system === "mariadb" ? system : dialect;
  return Object.hasOwn(checkings, own) ? checkings[own]?.() : undefined;
}

/** Whether a set of migrations may be for a server of this system. */
export function isOf(dialect = "postgresql", system: DialectId): boolean {
  return dialect === system || (dialect === "mysql" && system === "mariadb");
}
