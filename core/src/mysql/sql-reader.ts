import type { Judging } from "../dialects/judging.js";
import type { SqlReader } from "../sql/sql-reader.js";
import { conversion } from "./conversion.js";
import { handWritten } from "./hand-written.js";
import { mariadbJudging, mysqlJudging } from "./judging.js";
import { readMysqlMigration } from "./read/read-migration.js";
import { readFill } from "./read-fill.js";

export const mysqlReader = readerBy(mysqlJudging);
export const mariadbReader = readerBy(mariadbJudging);

function readerBy(judging: Judging): SqlReader {
  return {
    readMigration: readMysqlMigration,
    readFill,
    conversion,
    judging,
    // A foreign key gets the next number that is free, an index the name of its first column: a plan adds neither.
    namesKeys: false,
    handWritten,
  };
}
