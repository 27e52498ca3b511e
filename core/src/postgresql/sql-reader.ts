import { readFill } from "../sql/fill/read.js";
import { conversion } from "../sql/postgres/conversion.js";
import { handWritten } from "../sql/postgres/hand-written.js";
import { loadParser } from "../sql/postgres/parser.js";
import { readMigration } from "../sql/postgres/read-migration.js";
import type { SqlReader } from "../sql/sql-reader.js";
import { judging } from "./judging.js";

export async function loadSqlReader(): Promise<SqlReader> {
  const parser = await loadParser();
  return {
    readMigration: (sql, file) => readMigration(sql, file, parser),
    readFill,
    conversion,
    judging,
    namesKeys: true,
    handWritten: handWritten(parser),
  };
}
