import { isSameTable, type Operation, type TableName } from "../model/index.js";

/**
 * The tables that a change makes, which nobody uses yet. One behind IF NOT EXISTS may have been there, with its rows, unless the change
 * itself has dropped it.
 */
export function madeTables(operations: readonly Operation[]): TableName[] {
  return operations.flatMap((operation, at) => {
    if (operation.kind !== "createTable") return [];
    const isGone = () =>
      operations.slice(0, at).some((each) => each.kind === "dropTable" && isSameTable(each.table, operation.table));
    return !operation.ifNotExists || isGone() ? [operation.table] : [];
  });
}
