import { attempt } from "../base/expected-errors.js";
import { isNotSql } from "../sql/not-sql.js";
import type { SqlReader } from "../sql/sql-reader.js";
import { conversion } from "./conversion.js";
import { readFill } from "./fill/read.js";
import { handWritten } from "./hand-written.js";
import { judging } from "./judging.js";
import { objectName } from "./quote.js";
import { loadParser } from "./read/parser.js";
import { readMigration } from "./read/read-migration.js";
import { underStatedSettings } from "./stated-settings.js";

export async function loadSqlReader(): Promise<SqlReader> {
  const parser = await loadParser();
  return {
    readMigration: (sql, file) => readMigration(sql, file, parser),
    readFill,
    underStatedSettings,
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
