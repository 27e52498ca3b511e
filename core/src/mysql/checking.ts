import { LockstepError } from "../base/errors.js";
import type { Checking, Safer } from "../dialect/checking.js";
import type { Judging } from "../dialect/judging.js";
import type { Migration, Operation, OperationOf, TableName } from "../model/index.js";
import { eitherJudging, mariadbJudging, mysqlJudging } from "./judging.js";
import { quoteIdentifier, quoteTable } from "./quote.js";
import { bodyOf } from "./read/read-body.js";
import { readMysqlMigration } from "./read/read-migration.js";

/** For the declared dialect: `mysql` can also mean MariaDB, because ORMs use it for both servers. */
export const eitherChecking = checkingBy(eitherJudging);
export const mysqlChecking = checkingBy(mysqlJudging);
export const mariadbChecking = checkingBy(mariadbJudging);

function checkingBy(judging: Judging): Checking {
  return { judging, read, bodies: { readBody: bodyOf, dialect: "mysql" }, saferWay, makesPlans: false };
}

function read(sql: string, file: string): Migration {
  try {
    return readMysqlMigration(sql, file);
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    // A quote or comment is not closed, so statement boundaries are unknown.
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

const online = "ALGORITHM=INPLACE, LOCK=NONE";

const copy =
  "copy the table with pt-online-schema-change or gh-ost while reads and writes continue (MariaDB 11.2 and later often does this itself: name your version with --server mariadb:11.4)";

/** The safe alternatives on MySQL and MariaDB, by rule id. Rules that are not listed use the same alternative on every server. */
const ways: Readonly<Record<string, (operation: Operation) => Safer>> = {
  "add-check": () => ({ words: `${copy}; or check it in the code` }),
  "add-column-constraint": (operation) => ({
    words: `add the column alone first, then its index with ${online}, and its foreign key as in the rule add-foreign-key`,
    ...(operation.kind === "addColumn" ? sqlOf(() => [plainColumn(operation)]) : {}),
  }),
  "add-column-generated": () => ({ words: `make it VIRTUAL, which takes an instant; or ${copy}` }),
  "add-column-not-null": (operation) => ({
    words: "add it as nullable, write it in the code, fill the rows in batches, then make it required",
    ...(operation.kind === "addColumn"
      ? sqlOf(() => [
          plainColumn(operation),
          `ALTER TABLE ${quoteTable(operation.table)} MODIFY ${declared(operation)} NOT NULL, ${online}`,
        ])
      : {}),
  }),
  "add-column-serial": () => ({ words: copy }),
  "add-column-volatile-default": (operation) => ({
    words: "add the column without the default, set the default, then fill existing rows in batches",
    ...(operation.kind === "addColumn"
      ? sqlOf(() => [
          plainColumn(operation),
          `ALTER TABLE ${quoteTable(operation.table)} ALTER COLUMN ${quoteIdentifier(operation.column.name)} SET DEFAULT ${operation.column.defaultSql ?? "…"}`,
        ])
      : {}),
  }),
  "add-foreign-key": (operation) => ({
    words:
      "check for rows without a referenced row, then add it unchecked: the server copies nothing and checks new rows",
    ...(operation.kind === "addForeignKey"
      ? sqlOf(() => [
          "SET SESSION foreign_key_checks = 0",
          `${clauseOf(operation, operation.table)}, ${online}`,
          "SET SESSION foreign_key_checks = 1",
        ])
      : {}),
  }),
  "add-index": (operation) =>
    operation.kind === "createIndex" && operation.isUnique
      ? twice
      : { words: "build it when there are few writes: no server can build this kind of index while writes continue" },
  "add-primary-key": () => ({
    words: `first check for NULL and duplicate values, then add it with ${online}`,
  }),
  "add-unique": () => twice,
  "change-column-type": (operation) => ({
    words: `add a column of the new type, write both, fill it in batches, read from it, then drop the old one; or ${copy}. If it should take an instant, add ALGORITHM=INSTANT: the server then rejects anything slower`,
    ...(operation.kind === "redeclareColumn"
      ? sqlOf(() => [`${clauseOf(operation, operation.table)}, ALGORITHM=INSTANT`])
      : {}),
  }),
  "drop-constraint": () => ({
    words: "make sure that nothing relies on it; with a primary key, drop and add it in one statement",
  }),
  "rewrite-table": () => ({ words: copy }),
  "set-not-null": (operation) => ({
    words:
      "stop writing NULL in the code, fill the rows in batches, then make it required while reads and writes continue",
    ...(operation.kind === "redeclareColumn"
      ? sqlOf(() => [`${clauseOf(operation, operation.table)}, ${online}`])
      : {}),
  }),
  "syntax-error": () => ({
    words: "remove the ALGORITHM or LOCK clause, or use one that the server supports, and check the effect again",
  }),
};

const twice: Safer = {
  words: `check for duplicate values, stop writing them in the code, then build it with ${online}`,
};

function saferWay(rule: string, operation: Operation): Safer | undefined {
  return ways[rule]?.(operation);
}

function plainColumn(operation: OperationOf<"addColumn">): string {
  return `ALTER TABLE ${quoteTable(operation.table)} ADD COLUMN ${declared(operation)} NULL, ALGORITHM=INSTANT`;
}

function declared({ column }: OperationOf<"addColumn">): string {
  const { name, typeSql, storageSql, collationSql } = column;
  const charset = storageSql === undefined ? "" : ` ${storageSql}`;
  return `${quoteIdentifier(name)} ${typeSql}${charset}${collationSql === undefined ? "" : ` COLLATE ${collationSql}`}`;
}

function clauseOf({ sql }: Operation, table: TableName): string {
  return `ALTER TABLE ${quoteTable(table)} ${sql}`;
}

/** Leaves out the SQL if a name is invalid on the server. */
function sqlOf(make: () => readonly string[]): Pick<Safer, "sql"> {
  try {
    return { sql: make() };
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    return {};
  }
}
