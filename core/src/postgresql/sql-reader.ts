import type { SqlReader } from "../dialects/sql.js";
import { readFill } from "../sql/fill/read.js";
import { handWritten } from "../sql/postgres/hand-written.js";
import { loadParser } from "../sql/postgres/parser.js";
import { readMigration } from "../sql/postgres/read-migration.js";

export async function loadSqlReader(): Promise<SqlReader> {
  const parser = await loadParser();
  return {
    readMigration: (sql, file) => readMigration(sql, file, parser),
    readFill,
    namesKeys: true,
    handWritten: handWritten(parser),
  };
}
