import { isSameTable, type Operation, type PlannedColumn, type TableName, userTypeText } from "../model/index.js";

/** Types that the change creates and only planned columns use: an undo drops them with the columns. */
export function typesOfColumns(operations: readonly Operation[], columns: readonly PlannedColumn[]): TableName[] {
  return operations.flatMap((operation) => {
    if (operation.kind !== "createType") return [];
    const type = userTypeText(operation.name);
    const users = usersOf(operations, type);
    const isOwn = users.every(({ table, name }) =>
      columns.some((column) => column.name === name && isSameTable(column.table, table)),
    );
    return users.length > 0 && isOwn ? [operation.name] : [];
  });
}

/** The columns of the change with this type, or an array of it. */
function usersOf(operations: readonly Operation[], type: string) {
  return operations.flatMap((operation) => {
    if (operation.kind === "setType")
      return operation.typeSql.includes(type) ? [{ table: operation.table, name: operation.column }] : [];
    if (operation.kind !== "addColumn" && operation.kind !== "createTable") return [];
    const declared = operation.kind === "addColumn" ? [operation.column] : operation.columns;
    return declared
      .filter((column) => column.type.replace(/\[\]$/, "") === type)
      .map(({ name }) => ({ table: operation.table, name }));
  });
}
