import { LockstepError } from "../base/errors.js";
import { isSameTable, type Operation, type OperationOf, type TableName, tableLabel } from "../model/index.js";

/**
 * Refuses a change of a new column that comes after its ADD COLUMN in the same migration: the plan adds the column in one phase and makes
 * it what it shall be in another, and the statement would run in between.
 *
 * @param columns new columns that a plan is made for
 * @throws LS2072
 */
export function refuseLaterChanges(
  operations: readonly Operation[],
  columns: readonly { readonly table: TableName; readonly column: string }[],
): void {
  for (const { table, column } of columns) {
    const added = operations.find(
      (each): each is OperationOf<"addColumn"> =>
        each.kind === "addColumn" && each.column.name === column && isSameTable(each.table, table),
    );
    if (added === undefined) continue;
    for (const operation of operations.slice(operations.indexOf(added) + 1)) {
      const hint = insteadOf(operation, added);
      if (hint === undefined) continue;
      throw new LockstepError(
        "LS2072",
        `"${tableLabel(table)}"."${column}" is added in line ${added.line}, in phases, and line ${operation.line} changes it again: ${operation.sql.replace(/\s+/g, " ").slice(0, 200)}`,
        { hint, details: { column, line: operation.line } },
      );
    }
  }
}

/** What to write; undefined: the operation is about something else. */
function insteadOf(operation: Operation, { table, column: { name, typeSql } }: OperationOf<"addColumn">) {
  const isOwn =
    "table" in operation &&
    isSameTable(operation.table, table) &&
    (("column" in operation && operation.column === name) ||
      (operation.kind === "update" && operation.columns.includes(name)));
  const again = "Then run the command again.";
  switch (operation.kind) {
    case "dropTable":
      return isSameTable(operation.table, table) ? "Leave the column out, or the DROP TABLE." : undefined;
    case "renameTable":
      return isSameTable(operation.table, table)
        ? `Rename "${tableLabel(table)}" in a migration of its own, before this one or when its plan is done.`
        : undefined;
  }
  if (!isOwn) return undefined;
  switch (operation.kind) {
    case "setNotNull":
      return `Write ADD COLUMN "${name}" ${typeSql} NOT NULL, and leave this statement out. ${again}`;
    case "dropNotNull":
      return `Write ADD COLUMN "${name}" ${typeSql} without NOT NULL, and leave this statement out. ${again}`;
    case "setDefault":
      return operation.defaultSql === undefined
        ? `Leave this statement and the default out. ${again}`
        : `Write ADD COLUMN "${name}" ${typeSql} … DEFAULT ${operation.defaultSql}, and leave this statement out. ${again}`;
    case "setType":
      return `Add the column with its last type, ${operation.typeSql}, and leave this statement out. ${again}`;
    case "renameColumn":
      return `Add the column under its last name, "${operation.newName}". Where an older column has that name: give the new one another name, and drop the old one in a migration of its own, when no code uses it any more.`;
    case "dropColumn":
      return `Leave both statements out. ${again}`;
    case "update":
      return `Write the value above the field as @lockstep.backfill(<sql>), and leave the UPDATE out. ${again}`;
    default:
      return undefined;
  }
}
