import { LockstepError } from "../errors.js";
import {
  isFilled,
  isSameTable,
  type Operation,
  type Plan,
  type PlannedColumn,
  readsOf,
  type TableName,
  tableLabel,
  valueLabel,
} from "../model/index.js";

/**
 * Refuses a change that takes away what a fill reads: the trigger would fail on every write of the table, and PostgreSQL does not
 * know that it depends on the column.
 *
 * @param columns planned columns whose trigger is, or will be, in place
 * @throws LS2012
 */
export function refuseLostSources(
  operations: readonly Operation[],
  columns: readonly PlannedColumn[],
  plan?: string,
): void {
  for (const operation of operations) {
    const lost = lostColumn(operation);
    if (lost === undefined) continue;
    const reader = columns.find(
      (column) => isSameTable(column.table, lost.table) && readsOf(column).includes(lost.column),
    );
    if (reader === undefined) continue;
    throw new LockstepError(
      "LS2012",
      `"${tableLabel(reader.table)}"."${reader.name}" is filled with ${valueLabel(reader)}${plan === undefined ? "" : ` until plan ${plan} is done`}, and this change takes "${lost.column}" away: ${operation.sql.replace(/\s+/g, " ")}`,
      { details: { column: reader.name, reads: lost.column } },
    );
  }
}

/**
 * Refuses a fill that reads a column which is itself being filled.
 *
 * @throws LS2013
 */
export function refuseUnfilledSources(columns: readonly PlannedColumn[], open: readonly Plan[]): void {
  for (const column of columns)
    for (const plan of open) {
      const source = plan.columns.find(
        (other) => isFilled(other) && isSameTable(other.table, column.table) && readsOf(column).includes(other.name),
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

/** A column that an operation drops, renames or gives another type. */
function lostColumn(operation: Operation): { readonly table: TableName; readonly column: string } | undefined {
  const isLost = operation.kind === "dropColumn" || operation.kind === "setType" || operation.kind === "renameColumn";
  return isLost ? operation : undefined;
}
