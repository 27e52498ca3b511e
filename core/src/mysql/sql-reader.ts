import type { SqlReader } from "../dialects/sql.js";
import { handWritten } from "./hand-written.js";
import { readMysqlMigration } from "./read/read-migration.js";
import { readFill } from "./read-fill.js";

export const sqlReader: SqlReader = {
  readMigration: readMysqlMigration,
  readFill,
  // A foreign key gets the next number that is free, an index the name of its first column: a plan adds neither.
  namesKeys: false,
  handWritten,
};
