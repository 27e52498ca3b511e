import { expect, test } from "vitest";
import { type Operation, type OperationKind, tableLabel } from "../../../core/src/model/index.js";
import { readMysqlMigration } from "../../../core/src/mysql/read/read-migration.js";
import { Scanner, type Token } from "../../../core/src/mysql/read/scan.js";
import { all, loadMysqlGrammar, type Part } from "../../support/mysql-grammar.js";
import { byHand, fromPrisma, fromTypeorm } from "./statements.js";

const grammar = await loadMysqlGrammar();
const read = (sql: string) => readMysqlMigration(sql, "migration.sql");
const isUnderstood = (sql: string) => read(sql).operations.every(({ kind }) => kind !== "unknown");

/** What the rules of the grammar are read as. Of other rules nothing is compared. */
const kinds: Readonly<Record<string, readonly OperationKind[]>> = {
  AlterByAddColumn: ["addColumn"],
  AlterByAddColumns: ["addColumn", "createIndex", "addCheck"],
  AlterByAddIndex: ["createIndex"],
  AlterByAddSpecialIndex: ["createIndex"],
  AlterByAddUniqueKey: ["createIndex", "addUnique"],
  AlterByAddPrimaryKey: ["addPrimaryKey"],
  AlterByAddForeignKey: ["addForeignKey"],
  AlterByAddCheckTableConstraint: ["addCheck"],
  AlterByAlterColumnDefault: ["setDefault", "form"],
  AlterByRenameColumn: ["renameColumn"],
  AlterByRename: ["renameTable", "form"],
  AlterByModifyColumn: ["redeclareColumn"],
  AlterByChangeColumn: ["redeclareColumn"],
  AlterByDropColumn: ["dropColumn"],
  AlterByDropPrimaryKey: ["dropConstraint"],
  AlterByDropForeignKey: ["dropConstraint"],
  AlterByDropConstraintCheck: ["dropConstraint"],
  AlterByDropIndex: ["dropIndex", "dropConstraint"],
  AlterByTableOption: ["form", "comment"],
  AlterByRenameIndex: ["form"],
  AlterByAlterIndexVisibility: ["form"],
  AlterByAlterCheckTableConstraint: ["form"],
  AlterByConvertCharset: ["form"],
  AlterByForce: ["form"],
  AlterByOrder: ["form"],
  AlterKeys: ["form"],
  AlterPartition: ["form"],
  ColumnCreateTable: ["createTable"],
  QueryCreateTable: ["createTable"],
  CopyCreateTable: ["createTable"],
  CreateIndex: ["createIndex"],
  DropIndex: ["dropIndex", "dropConstraint"],
  DropTable: ["dropTable"],
  RenameTable: ["renameTable", "form"],
  CreateView: ["createView"],
  AlterView: ["createView"],
  DropView: ["dropView"],
  CreateTrigger: ["createTrigger"],
  CreateProcedure: ["createFunction"],
  CreateFunction: ["createFunction"],
  CreateEvent: ["form"],
  DropTrigger: ["form"],
  DropProcedure: ["form"],
  TruncateTable: ["truncate"],
  InsertStatement: ["insert"],
  ReplaceStatement: ["insert"],
  LoadDataStatement: ["insert"],
  UpdateStatement: ["update"],
  DeleteStatement: ["delete"],
  SelectStatement: ["select"],
  CallStatement: ["select"],
  SetStatement: ["setting"],
  TransactionStatement: ["transaction", "form"],
  PrepareStatement: ["unknown"],
  ExecuteStatement: ["unknown"],
  FlushStatement: ["unknown"],
  UseStatement: ["unknown"],
};

/** What the grammar takes otherwise than servers do, or says otherwise than they mean. */
const taken: readonly (readonly [sql: string, why: string])[] = [
  ["INSERT INTO t", "VALUES is missing: it takes an INSERT of nothing"],
  ["INSERT IGNORE INTO s.t SET a = 1", "it takes two statements, without a semicolon between them"],
  ["WITH x AS (SELECT 1) UPDATE t JOIN x SET t.a = 1", "the same"],
  ["CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a = 1; SELECT 1", "BEGIN is a whole body to it"],
  ["UPDATE a, b SET x = 1", "of which table the column is nobody can tell from the statement"],
  ["SELECT 5--1, 'a\\'b', 'c''d', \"e\"\"f\" # ; ", "-- is a comment to it without a space behind it"],
  [
    "ALTER TABLE t /*!80023 ADD a int INVISIBLE, */ ADD b int /*M!100100 INVISIBLE */",
    "it passes over versioned comments",
  ],
];

/** What we understand and the grammar does not know. */
const refused: readonly (readonly [form: RegExp, why: string])[] = [
  [/\bOR REPLACE (?:UNIQUE INDEX|TABLE)\b|\b(?:NO)?WAIT\b|\bIF (?:NOT )?EXISTS\b|\bNOT IGNORED\b/i, "MariaDB's"],
  [/\bPERSISTENT\b|\/\*M?!|\bSET STATEMENT\b|\bFOR i IN\b/, "MariaDB's, and versioned comments, which it passes over"],
  [/\bONLINE\b|\bSRID\b|\bvector\(|\bbyte\b|\bORDER BY a DESC, b$/, "MySQL's manual has it"],
  [
    /TABLE t PARTITION BY|TABLE t ADD a int, ORDER BY a PARTITION BY|MODIFIES SQL DATA l: LOOP|PARTITION \(p\) AS x|IF \(NEW\.a\) THEN/,
    "MySQL's manual has it: the grammar wants more, or less, around it",
  ],
];

/** Each statement, and each clause of ALTER TABLE as a statement of its own. */
const statements = [...fromPrisma, ...fromTypeorm, ...byHand].flatMap(([sql]) => {
  const clauses = [...new Set(read(sql).operations.map((operation) => operation.sql))];
  if (!/^ALTER TABLE/i.test(sql) || clauses.length < 2 || sql.includes("/*")) return [sql];
  const head = sql.slice(0, sql.indexOf(clauses[0] ?? ""));
  return [sql, ...clauses.map((clause) => head + clause)];
});
const trees = new Map(statements.map((sql) => [sql, grammar(sql)]));
const isRefused = (sql: string) => trees.get(sql) === undefined;
const compared = statements.filter((sql) => !isRefused(sql) && !taken.some(([own]) => own === sql));

test("there is enough to compare", () => {
  expect(new Set(compared).size).toBeGreaterThan(150);
});

test.each(compared)("the grammar of dt-sql-parser says the same: %s", (sql) => {
  const { statements: own, operations } = read(sql);
  const [tree, ...more] = trees.get(sql) ?? [];
  if (tree === undefined) return expect(sql).toMatch(/^\/\*/);
  expect([own.length, more]).toEqual([1, []]);
  expect(tree.text.trim()).toBe(own[0]?.sql);
  const clauses = all(tree, "AlterTable").flatMap(({ parts }) => parts.filter(({ rule }) => rule.startsWith("Alter")));
  const said = clauses.filter(({ rule }) => rule !== "AlterByLock" && rule !== "AlterBySetAlgorithm");
  // One of its clauses may be several options of a table.
  if (said.every(({ rule }) => rule !== "AlterByTableOption") && said.length > 0)
    expect([...new Set(operations.map((operation) => operation.sql))]).toEqual(said.map(({ text }) => text));
  const parts = said.length > 0 ? said : all(tree, ...Object.keys(kinds)).slice(0, 1);
  for (const part of parts) {
    const read = said.length > 0 ? operations.filter((operation) => part.text.includes(operation.sql)) : operations;
    expect([part.text, read.length > 0]).toEqual([part.text, true]);
    const own = kinds[part.rule];
    if (own !== undefined) expect(read.map(({ kind }) => kind).filter((kind) => !own.includes(kind))).toEqual([]);
    expect(columnsRead(read)).toEqual(columnsOf(part));
  }
  const tables = all(tree, "TableName", "TableNameCreate", "ViewName", "ViewNameCreate").map(({ text }) =>
    nameIn(text),
  );
  const named = operations.flatMap(tablesRead);
  expect(named.filter((name) => !tables.includes(name) && !/^(?:tr|s\.tr|p|s\.p|f|d)$/.test(name))).toEqual([]);
  if (
    tables.length === 1 &&
    !operations.some(({ kind }) => ["select", "comment", "createFunction", "form"].includes(kind))
  )
    expect([...new Set(named)]).toEqual(tables);
});

test("what the grammar refuses we do not call understood, but for the listed forms", () => {
  const wrong = statements.filter(
    (sql) => isRefused(sql) && isUnderstood(sql) && !refused.some(([form]) => form.test(sql)),
  );
  expect(wrong).toEqual([]);
  const idle = refused.filter(([form]) => !statements.some((sql) => form.test(sql) && isRefused(sql)));
  expect(idle).toEqual([]);
});

test("of what ORMs write, nothing is understood that the grammar refuses when a token is missing", () => {
  const wrong = [...fromPrisma, ...fromTypeorm]
    .flatMap(([sql]) => [...tokensOf(sql)].map(({ start, end }) => sql.slice(0, start) + sql.slice(end)))
    // Expressions are not read.
    .filter((sql) => !sql.includes("concat(") && isUnderstood(sql) && grammar(sql) === undefined);
  expect(wrong).toEqual([]);
});

function* tokensOf(sql: string): Generator<Token> {
  const scanner = new Scanner(sql);
  for (let token = scanner.next(); token !== undefined; token = scanner.next()) yield token;
}

/** The columns of a part, by the grammar. */
function columnsOf(part: Part): string[] {
  switch (part.rule) {
    case "ColumnCreateTable":
    case "AlterByAddColumns":
      return all(part, "CreateDefinition", "AlterByAddColumns").flatMap(({ parts }) =>
        parts
          .filter(({ rule }) => rule === "ColumnNameCreate" || rule === "ColumnName")
          .map(({ text }) => nameIn(text)),
      );
    case "AlterByAddColumn":
    case "AlterByModifyColumn":
    case "AlterByDropColumn":
    case "AlterByRenameColumn":
    case "AlterByChangeColumn": {
      const names = part.parts.filter(({ rule }) => rule === "ColumnName" || rule === "ColumnNameCreate");
      const count = part.rule === "AlterByRenameColumn" || part.rule === "AlterByChangeColumn" ? 2 : 1;
      return names.slice(0, count).map(({ text }) => nameIn(text));
    }
    case "AlterByAddForeignKey":
    case "AlterByAddPrimaryKey":
    case "AlterByAddUniqueKey":
    case "AlterByAddIndex":
    case "CreateIndex":
      return all(part, "IndexColumnName").flatMap(({ parts }) =>
        parts.filter(({ rule }) => rule === "Uid").map(({ text }) => nameIn(text)),
      );
    default:
      return [];
  }
}

/** The same columns, by what was read. */
function columnsRead(operations: readonly Operation[]): string[] {
  return operations.flatMap((operation) => {
    switch (operation.kind) {
      case "createTable":
        return operation.isOfQuery ? [] : operation.columns.map(({ name }) => name);
      case "addColumn":
        return [operation.column.name];
      case "redeclareColumn":
        return /^CHANGE/.test(operation.sql) ? [operation.formerName, operation.column.name] : [operation.column.name];
      case "renameColumn":
        return [operation.column, operation.newName];
      case "dropColumn":
        return [operation.column];
      case "addForeignKey":
        return [...operation.columns, ...operation.referencedColumns];
      case "addPrimaryKey":
      case "addUnique":
      case "createIndex":
        if (
          operation.kind === "createIndex" &&
          ["fulltext", "spatial"].includes(operation.method) &&
          /^ADD/.test(operation.sql)
        )
          return [];
        return operation.keys?.flatMap(({ column }) => column ?? []) ?? [...(operation.columns ?? [])];
      default:
        return [];
    }
  });
}

function tablesRead(operation: Operation): string[] {
  const named =
    "name" in operation && typeof operation.name === "object" && operation.kind !== "dropIndex" ? [operation.name] : [];
  const table = "table" in operation ? [operation.table] : [];
  const tables = "tables" in operation ? (operation.tables ?? []) : [];
  const onTable = operation.kind === "dropIndex" && operation.onTable ? [operation.onTable] : [];
  return [...named, ...table, ...tables, ...onTable].map(tableLabel);
}

/** `` `a`.`b` `` → `a.b` */
function nameIn(text: string): string {
  return text.replace(/[`"\s]/g, "");
}
