import type { DialectId } from "../model/dialect.js";
import type { SqlReader } from "../sql/sql-reader.js";

/** The parser of this system's SQL; loaded on demand. */
export async function sqlReader(dialect: DialectId): Promise<SqlReader> {
  return load[dialect]();
}

const load: Readonly<Record<DialectId, () => Promise<SqlReader>>> = {
  postgresql: async () => (await import("../postgresql/sql-reader.js")).loadSqlReader(),
  mysql: async () => (await import("../mysql/sql-reader.js")).mysqlReader,
  mariadb: async () => (await import("../mysql/sql-reader.js")).mariadbReader,
};
