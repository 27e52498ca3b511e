import { LockstepError } from "../base/errors.js";
import {
  isFilled,
  isSameTable,
  lookUpsOf,
  type Operation,
  type Plan,
  type PlannedColumn,
  readsOf,
  type TableName,
  tableLabel,
  valueLabel,
} from "../model/index.js";
import { mayBeSame, takingOf } from "./takes-and-needs.js";

/**
 * Rejects a change that drops what a fill reads: the trigger would fail on every write to the table, and PostgreSQL does not track this
 * dependency.
 *
 * @param columns planned columns whose trigger exists or will exist
 * @throws LS2012
 */
export function refuseLostSources(
  operations: readonly Operation[],
  columns: readonly PlannedColumn[],
  plan?: string,
): void {
  for (const operation of operations) {
    const { table, column: name, index } = takingOf(operation) ?? {};
    if (table === undefined || index !== undefined) continue;
    const lost = { table, ...(name !== undefined && { column: name }) };
    const reader = columns.find((column) => readsFrom(column, lost));
    if (reader === undefined) continue;
    throw new LockstepError(
      "LS2012",
      `"${tableLabel(reader.table)}"."${reader.name}" is filled with ${valueLabel(reader)}${plan === undefined ? "" : ` until plan ${plan} is done`}, but this change removes "${lost.column ?? lost.table.name}": ${operation.sql.replace(/\s+/g, " ")}`,
      { details: { column: reader.name, reads: lost.column ?? lost.table.name } },
    );
  }
}

/**
 * Rejects a fill that reads a column which is still being filled.
 *
 * @throws LS2013
 */
export function refuseUnfilledSources(columns: readonly PlannedColumn[], open: readonly Plan[]): void {
  for (const column of columns)
    for (const plan of open) {
      const source = plan.columns.find(
        (other) => isFilled(other) && readsFrom(column, { table: other.table, column: other.name }),
      );
      if (source === undefined) continue;
      const value = valueLabel(source);
      const place = column.fill?.source ?? column.compute?.source;
      throw new LockstepError(
        "LS2013",
        `${place}: ${valueLabel(column)} reads "${source.name}", which plan ${plan.id} is still filling${value === "" ? "" : ` with ${value}`}.`,
      );
    }
}

/** A column, or a table with all of its columns. */
interface Source {
  readonly table: TableName;
  readonly column?: string;
}

/** Whether the value of a column depends on another one: of its row, or of a row that it looks up. */
export function readsFrom(planned: PlannedColumn, { table, column }: Source): boolean {
  if (column !== undefined && isSameTable(planned.table, table) && readsOf(planned).includes(column)) return true;
  return lookUpsOf(planned).some(
    (lookUp) => mayBeSame(lookUp.table, table) && (column === undefined || lookUp.columns.includes(column)),
  );
}
