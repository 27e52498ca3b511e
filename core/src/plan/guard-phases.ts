import { LockstepError } from "../base/errors.js";
import { isSameTable, operationsOfKind, type PlannedColumn, tableLabel } from "../model/index.js";
import type { RuleContext } from "../rules/rule.js";

/**
 * Rejects a column whose phases the server could only run while no session writes: each of them would fail.
 *
 * @throws LS2022
 */
export function refuseBlockedPhases(columns: readonly PlannedColumn[], context: RuleContext): void {
  for (const operation of operationsOfKind(context.operations, "addColumn")) {
    const { table, column } = operation;
    if (!columns.some((each) => each.name === column.name && isSameTable(each.table, table))) continue;
    const statement = context.judging.phaseObstacle(operation, context);
    if (statement === undefined) continue;
    throw new LockstepError(
      "LS2022",
      `"${tableLabel(table)}"."${column.name}" cannot be added in phases: the server has no less blocking way than: ${statement}`,
      { details: { table: tableLabel(table), column: column.name, statement } },
    );
  }
}
