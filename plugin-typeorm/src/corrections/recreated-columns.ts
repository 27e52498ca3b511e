import {
  baseOf,
  type ColumnDeclaration,
  changesCatalogueOnly,
  isSameTable,
  type Operation,
  type OperationOf,
  quoteIdentifier,
  quoteLiteral,
  quoteTable,
  type TableName,
} from "@lockstep/core";
import type { ColumnDependents } from "@lockstep/core/planning";
import { isSeparable, type Line, operationsOf, replaced } from "./draft.js";

/** A column that a change drops and adds again: how an ORM changes its type. */
export interface RecreatedColumn {
  readonly table: TableName;
  readonly name: string;
  readonly drop: OperationOf<"dropColumn">;
  readonly add: OperationOf<"addColumn">;
  /** The former declaration. Undefined if the statements that revert the change do not contain it. */
  readonly before: ColumnDeclaration | undefined;
}

/** @param opposite the statements that revert the change: they add the former columns */
export function recreatedColumns(lines: readonly Line[], opposite: readonly Operation[]): RecreatedColumn[] {
  const operations = operationsOf(lines);
  return operations.flatMap((drop, at) => {
    if (drop.kind !== "dropColumn" || !isSeparable(drop, lines)) return [];
    const add = operations.slice(at).find((other) => isAdditionOf(other, drop.table, drop.column));
    if (add === undefined) return [];
    const former = opposite.find((other) => isAdditionOf(other, drop.table, drop.column));
    return [{ table: drop.table, name: drop.column, drop, add, before: former?.column }];
  });
}

function isAdditionOf(operation: Operation, table: TableName, column: string): operation is OperationOf<"addColumn"> {
  return operation.kind === "addColumn" && operation.column.name === column && isSameTable(operation.table, table);
}

/** A column whose rows can stay. */
export type RetypedColumn = RecreatedColumn & { readonly before: ColumnDeclaration };

/** Whether ALTER COLUMN … TYPE can replace the two: it changes only the catalog, and the rest of the declaration can be altered as well. */
export function isRetyped(recreated: RecreatedColumn): recreated is RetypedColumn {
  const { before, add } = recreated;
  if (before === undefined || before.collationSql !== add.column.collationSql) return false;
  return [before, add.column].every(isAlterable) && changesCatalogueOnly(before.type, add.column.type);
}

/** Only a type, a collation, NOT NULL and a default. */
function isAlterable(column: ColumnDeclaration): boolean {
  const { isGenerated, isIdentity, isSerial, isUnique, isPrimaryKey, references, checks, hasOther } = column;
  const isMore = references !== undefined || checks.length > 0 || hasOther;
  return !(isGenerated || isIdentity || isSerial || isUnique || isPrimaryKey || isMore);
}

/** PostgreSQL computes the values of both: it can recompute all lost values. */
export function isComputed({ before, add }: RecreatedColumn): boolean {
  return before?.isGenerated === true && add.column.isGenerated;
}

/** The change with ALTER COLUMN instead of the dropped and added column. */
export function retype(
  lines: readonly Line[],
  columns: readonly RetypedColumn[],
  dependents: (column: RetypedColumn) => ColumnDependents | undefined,
): Line[] {
  const by = columns.flatMap((column): [Operation, readonly string[]][] => [
    [column.drop, []],
    [column.add, [...alterations(column), ...commentOf(column, lines, dependents(column)?.comment)]],
  ]);
  return replaced(lines, new Map(by));
}

/** The statements that alter a column from its former to its new declaration. */
export function alterations({ table, name, before, add: { column: after } }: RetypedColumn): string[] {
  const alter = `ALTER TABLE ${quoteTable(table)} ALTER COLUMN ${quoteIdentifier(name)}`;
  const statements: string[] = [];
  if (before.type !== after.type) {
    const collation = after.collationSql === undefined ? "" : ` COLLATE ${after.collationSql}`;
    statements.push(`${alter} TYPE ${after.typeSql}${collation}${conversion(name, before, after)}`);
  }
  // Converted with the column, it would keep its former type: 'x'::character varying.
  const isConverted = baseOf(before.type) !== baseOf(after.type) && after.defaultSql !== undefined;
  if (after.defaultSql !== before.defaultSql || isConverted)
    statements.push(`${alter} ${after.defaultSql === undefined ? "DROP DEFAULT" : `SET DEFAULT ${after.defaultSql}`}`);
  if (before.notNull !== after.notNull) statements.push(`${alter} ${after.notNull ? "SET" : "DROP"} NOT NULL`);
  return statements;
}

/** When reverting: only a cast converts to xml. Any other cast would silently truncate long values. */
function conversion(name: string, before: ColumnDeclaration, after: ColumnDeclaration): string {
  return after.type === "xml" && before.type !== "xml" ? ` USING ${quoteIdentifier(name)}::xml` : "";
}

/** A comment that the new column lacks: the statements do not remove it, because dropping the column would have. */
function commentOf({ table, name, add }: RetypedColumn, lines: readonly Line[], comment: string | undefined): string[] {
  const operations = operationsOf(lines);
  const isSet = operations
    .slice(operations.indexOf(add))
    .some((other) => isCommentOn(other, table, name) && other.text !== undefined);
  return comment === undefined || isSet ? [] : [commentOn(table, name, undefined)];
}

function isCommentOn(operation: Operation, table: TableName, column: string): operation is OperationOf<"comment"> {
  if (operation.kind !== "comment" || operation.onColumn === undefined) return false;
  return operation.onColumn.name === column && isSameTable(operation.onColumn.table, table);
}

function commentOn(table: TableName, column: string, text: string | undefined): string {
  return `COMMENT ON COLUMN ${quoteTable(table)}.${quoteIdentifier(column)} IS ${text === undefined ? "NULL" : quoteLiteral(text)}`;
}

/**
 * The statements that revert the change, with the columns altered too: values that no longer fit make them fail, and are not lost. The
 * former comment is restored, if known.
 */
export function retypeBack(
  lines: readonly Line[],
  columns: readonly RetypedColumn[],
  dependents: (column: RetypedColumn) => ColumnDependents | undefined,
): Line[] {
  const by = new Map<Operation, readonly string[]>();
  for (const { drop, add, table, name } of recreatedColumns(lines, [])) {
    const forward = columns.find((column) => column.name === name && isSameTable(column.table, table));
    if (forward === undefined) continue;
    const facts = dependents(forward);
    const own = operationsOf(lines).filter((operation) => isCommentOn(operation, table, name));
    const comment = facts === undefined ? [] : [commentOn(table, name, facts.comment)];
    by.set(drop, []);
    by.set(add, [
      ...alterations({ table, name, drop, add, before: forward.add.column }),
      ...(own.length > 0 || facts?.comment !== undefined ? comment : []),
    ]);
    if (facts !== undefined) for (const operation of own) by.set(operation, []);
  }
  return replaced(lines, by);
}
