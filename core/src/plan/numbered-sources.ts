import { isSameTable, type Migration, type Notice, operationsOfKind, type PlannedColumn } from "../model/index.js";
import { statementOf } from "../rules/notice.js";
import type { PlanSources } from "./sources.js";

/**
 * Notices of required columns whose fill reads a number that the database assigns during the insert. SQL computes the value of existing
 * rows, but code that creates a row does not know it, and contract drops the trigger.
 */
export async function numberedSources(
  columns: readonly PlannedColumn[],
  migration: Migration,
  shapeOf: PlanSources["table"],
): Promise<readonly Notice[]> {
  const notices: Notice[] = [];
  for (const { table, name, fill, write, isRelaxed, becomesRequired } of columns) {
    // A look-up finds no rows that reference a new one, so code knows its value.
    if (fill === undefined || fill.lookUps !== undefined || !isRelaxed || becomesRequired || write.kind !== "sql")
      continue;
    const { numberedColumns = [] } = await shapeOf(table);
    const source = fill.reads.find((read) => numberedColumns.includes(read));
    const added = operationsOfKind(migration.operations, "addColumn").find(
      (each) => each.column.name === name && isSameTable(each.table, table),
    );
    if (source === undefined || added === undefined) continue;
    const remarks = [{ kind: "numbered-source", column: name, source } as const];
    notices.push({ line: added.line, sql: statementOf(added, migration), remarks });
  }
  return notices;
}
