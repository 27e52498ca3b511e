import type { Checking } from "../dialect/checking.js";
import type { DialectId } from "../model/index.js";

/** By the dialect that a set of migrations names; loaded on demand. */
const checkings: Readonly<Record<string, () => Promise<Checking>>> = {
  postgresql: async () => (await import("../postgresql/checking.js")).loadChecking(),
  mysql: async () => (await import("../mysql/checking.js")).eitherChecking,
  mariadb: async () => (await import("../mysql/checking.js")).mariadbChecking,
};

/**
 * @param dialect undefined means PostgreSQL
 * @param system the server's system from the configuration. Default: unknown; `mysql` may also be MariaDB, because both use its dialect
 * @returns undefined: Lockstep does not support it
 */
export async function checkingOf(dialect = "postgresql", system?: DialectId): Promise<Checking | undefined> {
  if (dialect === "mysql" && system === "mysql") return (await import("../mysql/checking.js")).mysqlChecking;
  const own = dialect === "mysql" && system === "mariadb" ? system : dialect;
  return Object.hasOwn(checkings, own) ? checkings[own]?.() : undefined;
}

/** Whether a set of migrations may target a server of this system. */
export function isOf(dialect = "postgresql", system: DialectId): boolean {
  return dialect === system || (dialect === "mysql" && system === "mariadb");
}
