import {
  isSameTable,
  type Operation,
  type OperationOf,
  quoteIdentifier,
  quoteTable,
  type TableName,
} from "@lockstep/core";
import { isSeparable, type Line, operationsOf, replaced } from "./draft.js";

/** A generated column that becomes a plain one. */
export interface DroppedExpression {
  readonly table: TableName;
  readonly name: string;
}

/**
 * The change with DROP EXPRESSION instead of TypeORM's copy of a generated column into a plain one: it renames it, adds the new one, writes
 * every row in one UPDATE and drops the old one, and blocks the table meanwhile. The values already exist.
 *
 * @param opposite the statements that revert the change: they contain the former column
 */
export function dropExpressions(
  lines: readonly Line[],
  opposite: readonly Operation[],
): { readonly lines: Line[]; readonly dropped: readonly DroppedExpression[] } {
  const operations = operationsOf(lines);
  const dropped: DroppedExpression[] = [];
  const by = new Map<Operation, readonly string[]>();
  for (const rename of operations) {
    if (rename.kind !== "renameColumn" || rename.newName !== `TEMP_OLD_${rename.column}`) continue;
    const { table, column: name } = rename;
    const isOn = (other: Operation) => "table" in other && other.table !== undefined && isSameTable(other.table, table);
    const add = operations.filter(isAddition).find((other) => isOn(other) && other.column.name === name);
    const update = operations.find((other) => other.kind === "update" && isOn(other) && other.columns.join() === name);
    const drop = operations.find(
      (other) => other.kind === "dropColumn" && isOn(other) && other.column === rename.newName,
    );
    const former = opposite.filter(isAddition).find((other) => isOn(other) && other.column.name === name)?.column;
    const parts = [rename, add, update, drop].filter((part) => part !== undefined);
    if (add === undefined || former?.isGenerated !== true || former.type !== add.column.type) continue;
    if (parts.length < 4 || !parts.every((part) => isSeparable(part, lines))) continue;
    const alter = `ALTER TABLE ${quoteTable(table)} ALTER COLUMN ${quoteIdentifier(name)}`;
    const { defaultSql, notNull } = add.column;
    for (const part of parts) by.set(part, []);
    by.set(rename, [
      `${alter} DROP EXPRESSION`,
      ...(defaultSql === undefined ? [] : [`${alter} SET DEFAULT ${defaultSql}`]),
      ...(notNull === former.notNull ? [] : [`${alter} ${notNull ? "SET" : "DROP"} NOT NULL`]),
    ]);
    dropped.push({ table, name });
  }
  return { lines: replaced(lines, by), dropped };
}

function isAddition(operation: Operation): operation is OperationOf<"addColumn"> {
  return operation.kind === "addColumn";
}
