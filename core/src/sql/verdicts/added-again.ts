import { isSameTable, type Operation, type OperationOf, operationsOfKind, type TableName } from "../../model/index.js";
import type { VerdictContext } from "./context.js";

/**
 * Whether a change drops a foreign key without a gap: it adds the key again, even if it renames tables and columns in between (Prisma's
 * only way to change ON DELETE), or it also drops the column or one of the two tables.
 */
export function isAddedAgainOrGone(operation: OperationOf<"dropConstraint">, context: VerdictContext): boolean {
  const { table, name, statement } = operation;
  const { operations } = context;
  const key = context.foreignKeys(table)?.find((each) => each.name === name && isSameTable(each.table, table));
  const now = namesIn(operations, statement);
  const isAdded = operationsOfKind(operations, "addForeignKey").some(
    (each) =>
      each.statement >= statement &&
      isSameTable(each.table, now.table(table)) &&
      (key === undefined
        ? each.name === name
        : isSameTable(each.references, now.table(key.references)) &&
          isSameList(each.columns, now.columns(table, key.columns))),
  );
  if (isAdded) return true;
  const isDropped = operationsOfKind(operations, "dropTable").some(
    (each) =>
      each.statement >= statement &&
      (isSameTable(each.table, table) || (key !== undefined && isSameTable(each.table, key.references))),
  );
  const isColumnDropped = operationsOfKind(operations, "dropColumn").some(
    (each) =>
      each.statement >= statement && isSameTable(each.table, table) && key?.columns.includes(each.column) === true,
  );
  return isDropped || isColumnDropped;
}

/** Whether a change adds a foreign key that it has dropped, without changing rows in between: then every row has its referenced row. */
export function wasThereBefore(operation: OperationOf<"addForeignKey">, context: VerdictContext): boolean {
  const { table, columns, references, statement } = operation;
  const { operations } = context;
  return operationsOfKind(operations, "dropConstraint").some((drop) => {
    if (drop.statement > statement) return false;
    const key = context.droppedKey(drop.table, drop.name);
    if (key === undefined) return false;
    const now = namesIn(operations, drop.statement);
    const isSame =
      isSameTable(now.table(key.table), table) &&
      isSameTable(now.table(key.references), references) &&
      isSameList(now.columns(key.table, key.columns), columns);
    return isSame && !operations.some((each) => changesRows(each) && isBetween(each, drop, operation));
  });
}

function changesRows({ kind }: Operation): boolean {
  return ["insert", "update", "delete", "truncate", "select", "unknown"].includes(kind);
}

function isBetween({ statement }: Operation, first: Operation, last: Operation): boolean {
  return first.statement <= statement && statement <= last.statement;
}

/** Maps names at a statement of a change to their names at the end of the change. */
function namesIn(operations: readonly Operation[], statement: number) {
  const tables = operationsOfKind(operations, "renameTable").filter((each) => each.statement >= statement);
  const columns = operationsOfKind(operations, "renameColumn").filter((each) => each.statement >= statement);
  const table = (name: TableName): TableName => {
    let now = name;
    for (const each of tables) if (isSameTable(each.table, now)) now = { ...now, name: each.newName };
    return now;
  };
  const steps = (name: TableName) => [name, table(name)];
  return {
    table,
    columns: (of: TableName, names: readonly string[]) =>
      names.map((name) =>
        columns.reduce(
          (now, each) =>
            each.column === now && steps(of).some((at) => isSameTable(at, each.table)) ? each.newName : now,
          name,
        ),
      ),
  };
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each, at) => each === other[at]);
}
