import { LockstepError } from "../base/errors.js";
import type { Checking, Safer } from "../dialect/checking.js";
import type { Judging } from "../dialect/judging.js";
import type { Migration, Operation, OperationOf, TableName } from "../model/index.js";
import { eitherJudging, mariadbJudging, mysqlJudging } from "./judging.js";
import { quoteIdentifier, quoteTable } from "./quote.js";
import { readMysqlMigration } from "./read/read-migration.js";

/** Of what a set says that it is for: `mysql` may be MariaDB as well, as both answer to it. */
export const eitherChecking = checkingBy(eitherJudging);
export const mysqlChecking = checkingBy(mysqlJudging);
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

const online = "ALGORITHM=INPLACE, LOCK=NONE";

const copy =
  "let pt-online-schema-change or gh-ost copy the table while reads and writes go on (MariaDB 11.2 and later often does so itself: name yours with --server mariadb:11.4)";

/** What MySQL and MariaDB do in the place of a hazard, by the rule that tells it. Those that are not here have one way for all. */
const ways: Readonly<Record<string, (operation: Operation) => Safer>> = {
  "add-check": () => ({ words: `${copy}; or let the code check it` }),
  "add-column-constraint": (operation) => ({
    words: `add the column alone first, then its index with ${online}, and its foreign key as the rule add-foreign-key says`,
    ...(operation.kind === "addColumn" ? sqlOf(() => [plainColumn(operation)]) : {}),
  }),
  "add-column-generated": () => ({ words: `let it be VIRTUAL, which takes an instant; or ${copy}` }),
  "add-column-not-null": (operation) => ({
    words: "add it as nullable, let the code write it, fill the rows in batches, then make it required",
    ...(operation.kind === "addColumn"
      ? sqlOf(() => [
          plainColumn(operation),
          `ALTER TABLE ${quoteTable(operation.table)} MODIFY ${declared(operation)} NOT NULL, ${online}`,
        ])
      : {}),
  }),
  "add-column-serial": () => ({ words: copy }),
  "add-column-volatile-default": (operation) => ({
    words: "add the column without the default, set the default, then fill the rows that are there in batches",
    ...(operation.kind === "addColumn"
      ? sqlOf(() => [
          plainColumn(operation),
          `ALTER TABLE ${quoteTable(operation.table)} ALTER COLUMN ${quoteIdentifier(operation.column.name)} SET DEFAULT ${operation.column.defaultSql ?? "…"}`,
        ])
      : {}),
  }),
  "add-foreign-key": (operation) => ({
    words:
      "look for rows that refer to nothing, then add it unchecked: the server copies nothing, new rows are checked",
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
      : { words: "build it while hardly anybody writes: no server builds an index of this kind while writes go on" },
  "add-primary-key": () => ({
    words: `look for NULL and for values that are there twice first, then add it with ${online}`,
  }),
  "add-unique": () => twice,
  "change-column-type": (operation) => ({
    words: `add a column of the new type, write both, fill it in batches, read from it, then drop the old one; or ${copy}. Where it should take an instant, say so: else the server refuses it`,
    ...(operation.kind === "redeclareColumn"
      ? sqlOf(() => [`${clauseOf(operation, operation.table)}, ALGORITHM=INSTANT`])
      : {}),
  }),
  "drop-constraint": () => ({
    words: "make sure that nothing relies on it; with a primary key, drop and add it in one statement",
  }),
  "rewrite-table": () => ({ words: copy }),
  "set-not-null": (operation) => ({
    words: "let no code write NULL, fill the rows in batches, then make it required while reads and writes go on",
    ...(operation.kind === "redeclareColumn"
      ? sqlOf(() => [`${clauseOf(operation, operation.table)}, ${online}`])
      : {}),
  }),
  "syntax-error": () => ({
    words: "take the demand away, or demand what the server can do, and look at what it does then",
  }),
};

const twice: Safer = {
  words: `look for values that are there twice, let the code write none, then build it with ${online}`,
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

/** Without statements where a name is none that the server could have. */
function sqlOf(make: () => readonly string[]): Pick<Safer, "sql"> {
  try {
    return { sql: make() };
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    return {};
  }
}
