import { isSameTable, type Operation, type TableName } from "@lockstep/core";

/**
 * The types of columns before a change, by the operations that revert it.
 *
 * @param opposite the operations that revert the change
 */
export function formerTypes(opposite: readonly Operation[]): (table: TableName, column: string) => string | undefined {
  return (table, column) => {
    for (const operation of opposite) {
      if (operation.kind === "setType" && operation.column === column && isSameTable(operation.table, table))
        return operation.type;
      if (operation.kind === "addColumn" && operation.column.name === column && isSameTable(operation.table, table))
        return operation.column.type;
    }
    return undefined;
  };
}
