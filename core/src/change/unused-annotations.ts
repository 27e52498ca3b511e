import { LockstepError } from "../base/errors.js";
import {
  type ColumnSource,
  isSameTable,
  type Operation,
  type Plan,
  renameOf,
  type TableName,
  tableLabel,
} from "../model/index.js";
import { planOf } from "../plan/store.js";

/**
 * Unused annotations: their columns exist in the database already and no plan fills them, so the ORM generates nothing for them.
 *
 * @param columns of all models
 * @param operations the generated operations: their columns have been checked
 * @returns one line each
 */
export function unusedAnnotations(
  columns: readonly { readonly table: TableName; readonly name: string }[],
  source: (table: TableName, column: string) => ColumnSource | undefined,
  plans: readonly Plan[],
  operations: readonly Operation[],
): readonly string[] {
  const lines = columns
    .filter(({ table, name }) => planOf(plans, table, name) === undefined && !isNamed(operations, table, name))
    .flatMap(({ table, name }) => {
      const found = tolerant(() => source(table, name));
      if (found?.fill === undefined || found.skip !== undefined) return [];
      const { file, line, fill } = found;
      return `${file}:${line}: @lockstep.${fill.kind}(${fill.sql}) is not used: "${tableLabel(table)}"."${name}" is in the database already`;
    });
  return [...new Set(lines)];
}

function isNamed(operations: readonly Operation[], table: TableName, name: string): boolean {
  return operations.some((operation) => {
    if (!("table" in operation) || !isSameTable(operation.table, table)) return false;
    if (operation.kind === "createTable") return true;
    if (operation.kind === "setNotNull") return operation.column === name;
    if (operation.kind === "addColumn" || operation.kind === "redeclareColumn") return operation.column.name === name;
    return renameOf(operation)?.newName === name;
  });
}

/** Invalid annotations are rejected where they would be used. */
function tolerant<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof LockstepError) return undefined;
    throw error;
  }
}
