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

/** A column that a change drops and adds again: the way of an ORM to change its type. */
export interface RecreatedColumn {
  readonly table: TableName;
  readonly name: string;
  readonly drop: OperationOf<"dropColumn">;
  readonly add: OperationOf<"addColumn">;
  /** As it was; undefined where what takes the change back does not say it. */
  readonly before: ColumnDeclaration | undefined;
}

/** @param opposite what takes the change back: it adds the columns as they were */
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

/**
 * Whether ALTER COLUMN … TYPE can take the place of the two: it changes the catalogue alone, and the rest of the declaration can be
 * changed as well.
 */
export function isRetyped(recreated: RecreatedColumn): recreated is RetypedColumn {
  const { before, add } = recreated;
  if (before === undefined || before.collationSql !== add.column.collationSql) return false;
  return [before, add.column].every(isAlterable) && changesCatalogueOnly(before.type, add.column.type);
}

/** Nothing but a type, a collation, NOT NULL and a default. */
function isAlterable(column: ColumnDeclaration): boolean {
  const { isGenerated, isIdentity, isSerial, isUnique, isPrimaryKey, references, checks, hasOther } = column;
  const isMore = references !== undefined || checks.length > 0 || hasOther;
  return !(isGenerated || isIdentity || isSerial || isUnique || isPrimaryKey || isMore);
}

/** PostgreSQL computes the values of both: nothing is lost that it could not compute again. */
export function isComputed({ before, add }: RecreatedColumn): boolean {
  return before?.isGenerated === true && add.column.isGenerated;
}

/** The change with the column altered where it was dropped and added. */
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

/** What alters a column from the way it was to the way it shall be. */
export function alterations({ table, name, before, add: { column: after } }: RetypedColumn): string[] {
  const alter = `ALTER TABLE ${quoteTable(table)} ALTER COLUMN ${quoteIdentifier(name)}`;
  const statements: string[] = [];
  if (before.type !== after.type) {
    const collation = after.collationSql === undefined ? "" : ` COLLATE ${after.collationSql}`;
    statements.push(`${alter} TYPE ${after.typeSql}${collation}${conversion(name, before, after)}`);
  }
  // Converted with the column it would still say its former type: 'x'::character varying.
  const isConverted = baseOf(before.type) !== baseOf(after.type) && after.defaultSql !== undefined;
  if (after.defaultSql !== before.defaultSql || isConverted)
    statements.push(`${alter} ${after.defaultSql === undefined ? "DROP DEFAULT" : `SET DEFAULT ${after.defaultSql}`}`);
  if (before.notNull !== after.notNull) statements.push(`${alter} ${after.notNull ? "SET" : "DROP"} NOT NULL`);
  return statements;
}

/** On the way back: of what is read as xml only a cast makes it. Any other cast would cut what is too long without a word. */
function conversion(name: string, before: ColumnDeclaration, after: ColumnDeclaration): string {
  return after.type === "xml" && before.type !== "xml" ? ` USING ${quoteIdentifier(name)}::xml` : "";
}

/** A comment that the new column has not: the statements say nothing of it, for it would have gone with the old one. */
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
 * What takes the change back, with the columns altered too: values that do not fit any more make it fail, and are not lost. The
 * comment that was there comes back, where it is known.
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
