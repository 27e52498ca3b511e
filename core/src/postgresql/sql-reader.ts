import { attempt } from "../expected-errors.js";
import { readFill } from "../sql/fill/read.js";
import { isNotSql } from "../sql/not-sql.js";
import { conversion } from "../sql/postgres/conversion.js";
import { handWritten } from "../sql/postgres/hand-written.js";
import { loadParser } from "../sql/postgres/parser.js";
import { objectName } from "../sql/postgres/quote.js";
import { readMigration } from "../sql/postgres/read-migration.js";
import type { SqlReader } from "../sql/sql-reader.js";
import { judging } from "./judging.js";

export async function loadSqlReader(): Promise<SqlReader> {
  const parser = await loadParser();
  return {
    readMigration: (sql, file) => readMigration(sql, file, parser),
    readFill,
    isQuery(sql) {
      const [only, ...others] = attempt(() => parser.parse(sql), isNotSql)?.stmts ?? [];
      // What changes rows stands in WITH, and INTO makes a table.
      return (
        only?.stmt !== undefined &&
        "SelectStmt" in only.stmt &&
        others.length === 0 &&
        readMigration(sql, "", parser).operations.every(({ kind }) => kind === "select")
      );
    },
    conversion,
    judging,
    nameOf: objectName,
    handWritten: handWritten(parser),
  };
}
