import { nameKey, type Operation, type TableName } from "../../model/index.js";

/**
 * The tables that a change creates, so no code uses them yet, under each of their names. A table with IF NOT EXISTS may exist already, with
 * rows, unless the change itself has dropped it.
 */
export function madeTables(operations: readonly Operation[]): TableName[] {
  const made: TableName[] = [];
  const keys = new Set<string>();
  const gone = new Set<string>();
  const add = (table: TableName) => {
    made.push(table);
    keys.add(nameKey(table));
  };
  for (const operation of operations) {
    if (operation.kind === "dropTable") gone.add(nameKey(operation.table));
    else if (operation.kind === "renameTable" && keys.has(nameKey(operation.table)))
      add({ ...operation.table, name: operation.newName });
    else if (operation.kind === "createTable" && (!operation.ifNotExists || gone.has(nameKey(operation.table))))
      add(operation.table);
  }
  return made;
}
