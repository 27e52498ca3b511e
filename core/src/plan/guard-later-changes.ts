import { LockstepError } from "../base/errors.js";
import { isSameTable, type Operation, type OperationOf, type TableName, tableLabel } from "../model/index.js";

/**
 * Rejects a change of a new column after its ADD COLUMN in the same migration: the plan adds the column in one phase and completes it in a
 * later one, and the statement would run in between.
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
        `Line ${added.line} adds "${tableLabel(table)}"."${column}" in phases, and line ${operation.line} changes it again: ${operation.sql.replace(/\s+/g, " ").slice(0, 200)}`,
        { hint, details: { column, line: operation.line } },
      );
    }
  }
}

/** What to write instead; undefined: the operation does not concern the column. */
function insteadOf(operation: Operation, { table, column: { name, typeSql } }: OperationOf<"addColumn">) {
  const isOwn =
    "table" in operation &&
    isSameTable(operation.table, table) &&
    (("column" in operation && operation.column === name) ||
      (operation.kind === "update" && operation.columns.includes(name)));
  const again = "Then run the command again.";
  switch (operation.kind) {
    case "dropTable":
      return isSameTable(operation.table, table) ? "Remove the column, or the DROP TABLE." : undefined;
    case "renameTable":
      return isSameTable(operation.table, table)
        ? `Rename "${tableLabel(table)}" in a separate migration, before this one or when its plan is done.`
        : undefined;
  }
  if (!isOwn) return undefined;
  switch (operation.kind) {
    case "setNotNull":
      return `Write ADD COLUMN "${name}" ${typeSql} NOT NULL, and remove this statement. ${again}`;
    case "dropNotNull":
      return `Write ADD COLUMN "${name}" ${typeSql} without NOT NULL, and remove this statement. ${again}`;
    case "setDefault":
      return operation.defaultSql === undefined
        ? `Remove this statement and the default. ${again}`
        : `Write ADD COLUMN "${name}" ${typeSql} … DEFAULT ${operation.defaultSql}, and remove this statement. ${again}`;
    case "setType":
      return `Add the column with its final type, ${operation.typeSql}, and remove this statement. ${again}`;
    case "renameColumn":
      return `Add the column under its final name, "${operation.newName}". If an existing column has that name, choose another name, and drop the old column in a separate migration when no code uses it.`;
    case "dropColumn":
      return `Remove both statements. ${again}`;
    case "update":
      return `Write the value above the field as @lockstep.backfill(<sql>), and remove the UPDATE. ${again}`;
    default:
      return undefined;
  }
}
