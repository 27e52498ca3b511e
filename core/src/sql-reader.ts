import type { SqlReader } from "./dialects/sql.js";
import type { DialectId } from "./model/dialect.js";

/** How SQL for this system is read; loaded when it is asked for. */
export async function sqlReader(dialect: DialectId): Promise<SqlReader> {
  return load[dialect]();
}

const mysql = async () => (await import("./mysql/sql-reader.js")).sqlReader;

const load: Readonly<Record<DialectId, () => Promise<SqlReader>>> = {
  postgresql: async () => (await import("./postgresql/sql-reader.js")).loadSqlReader(),
  mysql,
  mariadb: mysql,
};
