import {
  type ColumnDeclaration,
  following,
  type IndexDeclaration,
  isSameTable,
  type TableConstraint,
  type TableName,
} from "../../model/index.js";
import { type Cursor, notUnderstood } from "./cursor.js";
import type { What } from "./read-alter.js";
import { type Element, readElement } from "./read-element.js";
import { isQuery } from "./read-rows.js";
import { readTableOption } from "./table-options.js";

/** CREATE TABLE, from its name on. */
export function readCreateTable(cursor: Cursor, ifNotExists: boolean): What {
  const table = cursor.table();
  const like = readLike(cursor);
  const elements = like === undefined && isDeclared(cursor) ? cursor.listed((each) => readElement(each, table)) : [];
  const optionsSql = like === undefined ? readOptions(cursor) : "";
  const isOfQuery = like === undefined && isSelected(cursor);
  if (isOfQuery) cursor.skipTo();
  if (!cursor.isDone || (elements.length === 0 && like === undefined && !isOfQuery)) throw notUnderstood;
  const columns = elements.flatMap((each) => (each.kind === "addColumn" ? [each.column] : []));
  const constraints = elements.flatMap(constraintsOf);
  const own = constraints.find(({ kind }) => kind === "primary");
  return {
    kind: "createTable",
    table,
    columns,
    ifNotExists,
    primaryKey: own?.columns ?? [],
    partitionOf: undefined,
    inherits: [],
    references: referencesOf(constraints),
    constraints,
    indexes: elements.flatMap(indexOf),
    ...(isOfQuery ? { isOfQuery: true } : {}),
    ...(like === undefined ? {} : { like }),
    ...(optionsSql === "" ? {} : { optionsSql }),
  };
}

function readLike(cursor: Cursor): TableName | undefined {
  if (cursor.take("LIKE")) return cursor.table();
  if (!cursor.is("(", "LIKE")) return undefined;
  cursor.at += 2;
  const like = cursor.table();
  cursor.need(")");
  return like;
}

/** A parenthesis may hold the query alone. */
function isDeclared(cursor: Cursor): boolean {
  return cursor.is("(") && !isQuery(cursor);
}

function readOptions(cursor: Cursor): string {
  const from = cursor.at;
  while (readTableOption(cursor) !== undefined) cursor.take(",");
  if (cursor.take("WITH", "SYSTEM", "VERSIONING")) while (readTableOption(cursor) !== undefined) cursor.take(",");
  if (cursor.take("PARTITION", "BY"))
    while (!cursor.isDone && !isSelected(cursor)) {
      if (cursor.is("(")) cursor.group();
      else cursor.next();
    }
  return cursor.sliceFrom(from);
}

/** `IGNORE AS SELECT …` */
function isSelected(cursor: Cursor): boolean {
  const { at } = cursor;
  cursor.one("IGNORE", "REPLACE");
  cursor.take("AS");
  const found = isQuery(cursor);
  cursor.at = at;
  return found;
}

/** Keys, checks and foreign keys, beside the columns and behind them. */
function constraintsOf(element: Element): TableConstraint[] {
  switch (element.kind) {
    case "addColumn":
      return columnConstraints(element.column);
    case "addPrimaryKey":
    case "addUnique": {
      const { kind, name, columns, keys } = element;
      return [{ kind: kind === "addUnique" ? "unique" : "primary", name, columns, ...(keys ? { keys } : {}) }];
    }
    case "createIndex": {
      if (!element.isUnique) return [];
      const { name, columns, reads, keys } = element;
      return [{ kind: "unique", name: name || undefined, columns: columns ?? reads, ...(keys ? { keys } : {}) }];
    }
    case "addForeignKey": {
      const { name, columns, references, referencedColumns, onUpdate, onDelete } = element;
      const follows = following(onUpdate, onDelete);
      return [{ kind: "foreign-key", name, columns, references, referencedColumns, ...follows }];
    }
    case "addCheck":
      return [{ kind: "check", name: element.name, columns: element.isEnforced === false ? [] : element.notNull }];
    default:
      return element satisfies never;
  }
}

function columnConstraints({ name, isPrimaryKey, isUnique, references }: ColumnDeclaration): TableConstraint[] {
  const columns = [name];
  const key = isPrimaryKey ? [{ kind: "primary", name: undefined, columns } as const] : [];
  const unique = isUnique ? [{ kind: "unique", name: undefined, columns } as const] : [];
  if (references === undefined) return [...key, ...unique];
  const { table, sql } = references;
  return [...key, ...unique, { kind: "foreign-key", name: undefined, columns, references: table, ...following(sql) }];
}

function indexOf(element: Element): IndexDeclaration[] {
  if (element.kind !== "createIndex" || element.isUnique) return [];
  const { kind: _kind, table: _table, isConcurrent: _isConcurrent, ...index } = element;
  return [index];
}

function referencesOf(constraints: readonly TableConstraint[]): TableName[] {
  const found = constraints.flatMap(({ references }) => references ?? []);
  return found.filter((table, at) => found.findIndex((other) => isSameTable(table, other)) === at);
}
