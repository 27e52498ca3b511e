import { LockstepError } from "../base/errors.js";
import type { Checking } from "../dialect/checking.js";
import type { Judging } from "../dialect/judging.js";
import type { Migration } from "../model/index.js";
import { eitherJudging, mariadbJudging } from "./judging.js";
import { readMysqlMigration } from "./read/read-migration.js";
import { saferWay } from "./safer-ways.js";

/** Of what a set says that it is for: `mysql` may be MariaDB as well, as both answer to it. */
export const mysqlChecking = checkingBy(eitherJudging);
export const mariadbChecking = checkingBy(mariadbJudging);

function checkingBy(judging: Judging): Checking {
  return { judging, read, saferWay, makesPlans: false };
}

function read(sql: string, file: string): Migration {
  try {
    return readMysqlMigration(sql, file);
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    // A quote or a comment without an end: where statements end nobody knows then.
    const line = Number(/:(\d+):/.exec(error.message.slice(file.length))?.[1] ?? 1);
    const statement = { index: 0, sql, full: sql, offset: 0, line: 1 };
    const what = error.message.replace(/^.*:\d+: /s, "");
    return {
      sql,
      statements: [statement],
      tail: "",
      operations: [{ kind: "unknown", what, tables: [], statement: 0, sql, line }],
    };
  }
}
