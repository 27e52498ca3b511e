import type { Connection } from "../../dialect/connection.js";
import type { TableFacts } from "../../dialect/table.js";
import type { ExtendedEnum, FillProblem } from "../../dialect/validation.js";
import { isSameTable, type TableName } from "../../model/names.js";
import type { PlannedColumn } from "../../model/plan.js";
import { validateFill } from "./validate-fill.js";
import { validateReference } from "./validate-reference.js";
import { validateUnique } from "./validate-unique.js";

/** The database on which fills are tested before it has their columns. */
export interface ValidationDatabase {
  connection(): Promise<Connection>;
  table(name: TableName): Promise<TableFacts>;
}

export interface TryOptions {
  /** Enums that the change extends. */
  readonly enums?: readonly ExtendedEnum[];
  /** For each statement, in milliseconds. Default: 30 000. */
  readonly timeoutMs?: number;
}

/** A problem of a column's fill with the rows of one database. */
export interface ColumnProblem {
  readonly column: PlannedColumn;
  readonly problem: FillProblem;
}

/**
 * Evaluates SQL fills over existing rows: their type, NULLs, and violations of the change's unique indexes and foreign keys. Writes
 * nothing. Yields one problem at a time, so a caller that stops at the first one does not wait for the rest.
 */
export async function* tryColumns(
  columns: readonly PlannedColumn[],
  database: ValidationDatabase,
  { enums = [], timeoutMs }: TryOptions = {},
): AsyncGenerator<ColumnProblem> {
  const limits = timeoutMs === undefined ? {} : { timeoutMs };
  const failing = new Set<PlannedColumn>();
  for (const column of columns) {
    if (column.fill === undefined) continue;
    const table = await database.table(column.table);
    const columnExists = table.columns.some(({ name }) => name === column.name);
    const input = { table, column, fill: column.fill, columnExists, enums, ...limits };
    for (const problem of await validateFill(await database.connection(), input)) {
      // In a column that stays optional, NULL is a valid value.
      if (!column.isRelaxed && problem.kind === "null") continue;
      // A value that cannot be computed cannot be compared.
      const isComputed =
        problem.kind === "null" || problem.kind === "too-long" || (problem.kind === "not-checked" && problem.isOfType);
      if (!isComputed) failing.add(column);
      yield { column, problem };
    }
  }
  for (const column of columns) {
    const all = columns.filter(({ table }) => isSameTable(table, column.table));
    const isOpen = (key: readonly string[]) =>
      isLookedAtWith(column, key, all) && !all.some((each) => key.includes(each.name) && failing.has(each));
    for (const key of column.uniqueKeys.filter(isOpen)) {
      const table = await database.table(column.table);
      for (const problem of await validateUnique(await database.connection(), { table, key, columns: all, ...limits }))
        yield { column, problem };
    }
    for (const foreignKey of (column.foreignKeys ?? []).filter((each) => isOpen(each.columns))) {
      const table = await database.table(column.table);
      const input = { table, foreignKey, columns: all, ...limits };
      for (const problem of await validateReference(await database.connection(), input)) yield { column, problem };
    }
  }
}

/** A key on several new columns is checked once, with the first one that has a fill. */
function isLookedAtWith(column: PlannedColumn, key: readonly string[], columns: readonly PlannedColumn[]): boolean {
  const added = columns.filter(({ name }) => key.includes(name));
  return (added.find(({ fill }) => fill !== undefined) ?? added[0]) === column;
}
