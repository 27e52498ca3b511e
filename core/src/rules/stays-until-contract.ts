import { isSameTable, type OperationOf, operationsOfKind } from "../model/index.js";
import { renamedColumns } from "./renamed-columns.js";
import type { RuleContext } from "./rule.js";

/**
 * Whether a plan keeps a dropped column until no running code names it. Not one that is added again or likely renamed: its author decides
 * that first. Not one that no commit has, so that no running code can.
 */
export function staysUntilContract(operation: OperationOf<"dropColumn">, context: RuleContext): boolean {
  const { table, column, sql } = operation;
  const { operations } = context;
  const former = context.formerColumn(table, column);
  return !(
    /\bCASCADE\b/i.test(sql) ||
    context.createdInThisChange(table) ||
    operationsOfKind(operations, "addColumn").some(
      (add) => add.column.name === column && isSameTable(add.table, table),
    ) ||
    renamedColumns(operations, context.formerType).some(({ drop }) => drop === operation) ||
    former?.isBound === true ||
    context.isUncommitted(column)
  );
}

/** Whether an index goes with a column that the same change drops, and that stays until contract. */
export function staysWithColumn({ name }: OperationOf<"dropIndex">, context: RuleContext): boolean {
  const index = context.formerIndex(name);
  if (index === undefined || index.constraint !== undefined) return false;
  return operationsOfKind(context.operations, "dropColumn").some(
    (drop) =>
      (isSameTable(drop.table, index.table) ||
        (drop.table.schema === undefined && drop.table.name === index.table.name)) &&
      index.columns.includes(drop.column) &&
      staysUntilContract(drop, context),
  );
}
