import { attempt } from "../base/expected-errors.js";
import type { Judging } from "../dialect/judging.js";
import type { SqlReader } from "../sql/sql-reader.js";
import { conversion } from "./conversion.js";
import { handWritten } from "./hand-written.js";
import { mariadbJudging, mysqlJudging } from "./judging.js";
import { Cursor } from "./read/cursor.js";
import { cutStatements } from "./read/cut-statements.js";
import { readMysqlMigration } from "./read/read-migration.js";
import { isQuery as beginsQuery } from "./read/read-rows.js";
import { readStatement } from "./read/read-statement.js";
import { Unclosed } from "./read/scan.js";
import { readFill } from "./read-fill.js";

export const mysqlReader = readerBy(mysqlJudging);
export const mariadbReader = readerBy(mariadbJudging);

function readerBy(judging: Judging): SqlReader {
  return {
    readMigration: readMysqlMigration,
    readFill,
    isQuery,
    conversion,
    judging,
    // A foreign key gets the next number that is free, an index the name of its first column: a plan adds neither.
    handWritten,
  };
}

/** CALL and DO read as queries: what they run may commit. INTO writes a file. */
function isQuery(sql: string): boolean {
  const [only, ...others] =
    attempt(
      () => [...cutStatements(sql)],
      (error) => error instanceof Unclosed,
    ) ?? [];
  if (only === undefined || others.length > 0 || !beginsQuery(new Cursor(sql, only.tokens))) return false;
  const operations = readStatement(sql, only).clauses.flatMap(({ whats }) => whats);
  const isInto = only.tokens.some(({ kind, text }) => kind === "word" && text === "INTO");
  return !isInto && operations.every(({ kind }) => kind === "select");
}
