import type { Checking } from "../dialect/checking.js";

/** By what a set of migrations says that it is for; loaded when it is asked for. */
const checkings: Readonly<Record<string, () => Promise<Checking>>> = {
  postgresql: async () => (await import("../postgresql/checking.js")).loadChecking(),
  mysql: async () => (await import("../mysql/checking.js")).mysqlChecking,
  mariadb: async () => (await import("../mysql/checking.js")).mariadbChecking,
};

/** @param dialect undefined is taken for PostgreSQL. @returns undefined: nothing here judges it */
export async function checkingOf(dialect = "postgresql"): Promise<Checking | undefined> {
  return Object.hasOwn(checkings, dialect) ? checkings[dialect]?.() : undefined;
}
