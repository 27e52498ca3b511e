import type { Connection } from "../../dialect/connection.js";
import type { TableFacts } from "../../dialect/table.js";
import type { ExtendedEnum, FillProblem } from "../../dialect/validation.js";
import { isSameTable, type TableName } from "../../model/names.js";
import type { PlannedColumn } from "../../model/plan.js";
import { validateFill } from "./validate-fill.js";
import { validateReference } from "./validate-reference.js";
import { validateUnique } from "./validate-unique.js";

/** The database that fills are tried on, before it has their columns. */
export interface ValidationDatabase {
  connection(): Promise<Connection>;
  table(name: TableName): Promise<TableFacts>;
}

export interface TryOptions {
  /** Enums that the change extends. */
  readonly enums?: readonly ExtendedEnum[];
  /** For each of the statements, in milliseconds. Default: 30 000. */
  readonly timeoutMs?: number;
}

/** What is wrong with the fill of a column on the rows of one database. */
export interface ColumnProblem {
  readonly column: PlannedColumn;
  readonly problem: FillProblem;
}

/**
 * Evaluates SQL fills over the rows that are there: their type, NULLs, what unique indexes and foreign keys of the change would
 * refuse. Nothing is written. One problem after the other, so that whoever stops at the first one waits for no more.
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
    const input = { table, column, fill: column.fill, columnExists: false, enums, ...limits };
    for (const problem of await validateFill(await database.connection(), input)) {
      // In a column that stays optional NULL is a value.
      if (!column.isRelaxed && problem.kind === "null") continue;
      // What cannot be computed cannot be compared.
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

/** A key over several new columns is looked at once, with the first of them that has a fill. */
function isLookedAtWith(column: PlannedColumn, key: readonly string[], columns: readonly PlannedColumn[]): boolean {
  const added = columns.filter(({ name }) => key.includes(name));
  return (added.find(({ fill }) => fill !== undefined) ?? added[0]) === column;
}
