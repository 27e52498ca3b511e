import type {
  AdviceWords,
  ColumnDeclaration,
  DialectId,
  Operation,
  TableConstraint,
  TableName,
} from "../model/index.js";
import { type Advised, advised, columnAdvice } from "../rules/advice.js";
import type { SchemaState } from "./schema-state.js";

/** Advice on an operation, with the line that it refers to. */
export interface AdvisedOperation extends Advised {
  readonly operation: Operation;
}

/**
 * Advice on what a file adds.
 *
 * @param schemaState after the file, because an index may follow its foreign key
 */
export function adviceOn(
  operations: readonly Operation[],
  schemaState: SchemaState,
  system: DialectId,
  words: AdviceWords | undefined,
): readonly AdvisedOperation[] {
  return operations.flatMap((operation) => [
    ...addedColumns(operation).flatMap(({ table, column }) =>
      columnAdvice({ table, ...factsOf(column) }, system, words).map((each) => ({
        ...each,
        operation: lineOf(operation, column.name),
      })),
    ),
    ...(system === "postgresql" ? unindexedKeys(operation, schemaState) : []).map(({ columns, references }) => ({
      ...advised("foreign-key-index", columns.map(quoted).join(", "), quoted(references?.name ?? ""), words),
      operation: lineOf(operation, columns[0] ?? ""),
    })),
    ...namesIn(operation)
      .map((name) => (system === "postgresql" ? writtenName(name, operation.sql) : name))
      .filter((name) => isLong(name, system))
      .map((name) => ({ ...advised("long-name", name, longWords(system), words), operation: lineOf(operation, name) })),
  ]);
}

const quoted = (name: string) => `"${name}"`;

function addedColumns(operation: Operation): readonly { table: TableName; column: ColumnDeclaration }[] {
  if (operation.kind === "addColumn") return [operation];
  if (operation.kind !== "createTable") return [];
  const { table, columns, primaryKey } = operation;
  return columns.map((column) => ({
    table,
    column: { ...column, notNull: column.notNull || column.isPrimaryKey || primaryKey.includes(column.name) },
  }));
}

function factsOf({ name, type, notNull, isPrimaryKey, defaultSql, isIdentity, isSerial }: ColumnDeclaration) {
  const isNumbered = isIdentity || isSerial;
  return {
    name,
    type,
    notNull: notNull || isPrimaryKey || isNumbered,
    hasDefault: defaultSql !== undefined && !/^NULL\b/i.test(defaultSql),
    isNumbered,
  };
}

/** The added foreign keys that no index of their table supports. */
function unindexedKeys(
  operation: Operation,
  schemaState: SchemaState,
): readonly Pick<TableConstraint, "columns" | "references">[] {
  if (!("table" in operation)) return [];
  const indexes = schemaState.known().formerTable?.(operation.table)?.indexes;
  return keysIn(operation).filter(
    ({ columns }) =>
      indexes !== undefined &&
      !indexes.some((index) => columns.every((column) => index.columns.slice(0, columns.length).includes(column))),
  );
}

function keysIn(operation: Operation): readonly Pick<TableConstraint, "columns" | "references">[] {
  if (operation.kind === "addForeignKey") return [operation];
  if (operation.kind === "createTable") return operation.constraints.filter(({ kind }) => kind === "foreign-key");
  if (operation.kind !== "addColumn" || operation.column.references === undefined) return [];
  return [{ columns: [operation.column.name], references: operation.column.references.table }];
}

function namesIn(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case "createTable":
      return [
        operation.table.name,
        ...operation.columns.map(({ name }) => name),
        ...[...operation.constraints, ...(operation.indexes ?? [])].flatMap(({ name }) => name ?? []),
      ];
    case "addColumn":
      return [operation.column.name];
    case "renameColumn":
    case "renameTable":
      return [operation.newName];
    case "createIndex":
    case "addForeignKey":
    case "addPrimaryKey":
    case "addUnique":
    case "addCheck":
      return operation.name === undefined ? [] : [operation.name];
    default:
      return [];
  }
}

/** The full name: PostgreSQL's parser truncates names, as its server does. */
function writtenName(name: string, sql: string): string {
  const at = sql.toLowerCase().indexOf(name.toLowerCase());
  return at === -1 ? name : name + (/^[^\s"(),;.]*/.exec(sql.slice(at + name.length))?.[0] ?? "");
}

function isLong(name: string, system: DialectId): boolean {
  return system === "postgresql" ? Buffer.byteLength(name) > 63 : [...name].length > 64;
}

function longWords(system: DialectId): string {
  return system === "postgresql"
    ? "PostgreSQL cuts it to 63 bytes"
    : "MySQL and MariaDB refuse more than 64 characters";
}

/** The line of a statement that declares a name; the whole statement if no line starts with it. */
function lineOf(operation: Operation, name: string): Operation {
  const lines = operation.sql.split("\n");
  const at = lines.findIndex((line) =>
    [name, `"${name}"`, `\`${name}\``].includes(/^[\s(]*(\S+)/.exec(line)?.[1] ?? ""),
  );
  if (at <= 0) return operation;
  return { ...operation, line: operation.line + at, sql: (lines[at] ?? "").trim().replace(/,$/, "") };
}
