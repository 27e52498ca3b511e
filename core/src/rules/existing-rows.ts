import { type Concern, isSameTable, type OperationOf, type TableName } from "../model/index.js";
import type { RuleContext } from "./rule.js";

type Made = OperationOf<"createIndex" | "addUnique" | "addForeignKey" | "addCheck">;

/**
 * Whether a statement reads all rows of an existing table under a lock, and a plan of one phase avoids that. Tables that the committed
 * statistics show to be small pass as they are. MySQL and MariaDB build indexes while writes continue, and copy the table for a foreign key
 * or a check.
 */
export function scansExisting(operation: Made, concerns: readonly Concern[], context: RuleContext): boolean {
  const { table, name } = operation;
  const { hasConcurrentIndexes, hasNotValidChecks } = context.judging.capabilities;
  if (!name || context.createdInThisChange(table) || context.isSmall(table)) return false;
  const keys = "reads" in operation ? operation.reads : operation.columns;
  if (keys.some((column) => context.addedColumn(table, column) !== undefined)) return false;
  if (operation.kind === "addForeignKey" && !hasNotValidChecks)
    return concerns.some(({ kind }) => kind === "rewrites") && !recreates(operation, context);
  if (!(operation.kind === "addCheck" ? hasNotValidChecks : hasConcurrentIndexes)) return false;
  const isWhole = context.descendantsOf(table) === "partitions";
  if (isWhole && (operation.kind === "addForeignKey" || recreates(operation, context))) return false;
  return concerns.some(({ kind }) => kind === "scans") && !concerns.some(({ kind }) => kind === "rewrites");
}

/** Whether the same change drops an object of this name first. */
export function recreates({ table, name }: Made, { operations }: RuleContext): boolean {
  return operations.some((each) =>
    each.kind === "dropIndex"
      ? each.name.name === name && !each.isConcurrent
      : each.kind === "dropConstraint" && each.name === name && isSameTable(each.table, table),
  );
}

/** `"Order" and "User"` */
export function bothNames(table: TableName, references: TableName): string {
  return isSameTable(references, table) ? `"${table.name}"` : `"${table.name}" and "${references.name}"`;
}
