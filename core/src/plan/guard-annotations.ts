import { LockstepError } from "../base/errors.js";
import {
  type ColumnDeclaration,
  type ColumnSource,
  isSameTable,
  type Operation,
  type TableName,
  tableLabel,
} from "../model/index.js";
import { madeTables } from "../sql/verdicts/made-tables.js";

/**
 * Rejects an unused value for existing rows: there are no such rows, the column computes its own value, or it existed before.
 *
 * @param isPlanned the column gets its value from a plan
 * @throws LS2014 an annotation · LS2054 a function
 */
export function refuseIdleAnnotations(
  operations: readonly Operation[],
  column: (table: TableName, column: string) => ColumnSource | undefined,
  isPlanned: (table: TableName, column: string) => boolean,
): void {
  const isNew = (table: TableName) => madeTables(operations).some((each) => isSameTable(each, table));
  const made = operations.flatMap((operation) =>
    operation.kind === "createTable" && isNew(operation.table) ? [operation] : [],
  );
  for (const { table, columns } of made)
    for (const { name } of columns)
      refuse(table, name, column, `this change makes "${tableLabel(table)}", so it has no rows to fill`);
  const added = operations.flatMap((operation) => (operation.kind === "addColumn" ? [operation] : []));
  for (const { table, column: declaration } of added)
    if (!isPlanned(table, declaration.name)) refuse(table, declaration.name, column, whyIdle(table, declaration));
  const isAdded = (table: TableName, name: string) =>
    added.some((other) => other.column.name === name && isSameTable(other.table, table));
  for (const operation of operations) {
    if (operation.kind === "renameColumn")
      refuse(
        operation.table,
        operation.newName,
        column,
        `the change gives "${operation.column}" that name, with the values that it has: ${operation.sql}`,
      );
    if (
      operation.kind === "setNotNull" &&
      !isAdded(operation.table, operation.column) &&
      !isPlanned(operation.table, operation.column)
    )
      refuse(operation.table, operation.column, column, `no row of the column lacks a value: ${operation.sql}`);
  }
}

function refuse(
  table: TableName,
  name: string,
  column: (table: TableName, column: string) => ColumnSource | undefined,
  why: string,
): void {
  const source = column(table, name);
  if (source === undefined || source.skip !== undefined) return;
  const { fill, compute } = source;
  if (fill !== undefined)
    throw new LockstepError(
      "LS2014",
      `${source.file}:${source.line}: @lockstep.${fill.kind}(${fill.sql}) of "${tableLabel(table)}"."${name}" would have no effect: ${why}.`,
    );
  if (compute !== undefined)
    throw new LockstepError(
      "LS2054",
      `${compute.file}: fills.${source.model}.${source.field} would have no effect: ${why}.`,
    );
}

function whyIdle(table: TableName, { notNull, isGenerated, isIdentity }: ColumnDeclaration): string {
  if (isGenerated || isIdentity) return "the database computes the column itself";
  if (!notNull) return "the column is optional, and existing rows stay NULL";
  return `the statement that adds it to "${tableLabel(table)}" has a form that Lockstep does not rewrite`;
}
