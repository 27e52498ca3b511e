import type { IndexFacts } from "../dialect/development.js";
import type { OperationOf, PlannedColumn, TableName, UnitIndex } from "../model/index.js";
import { awaitedBy } from "./awaited-values.js";
import { addedColumns, addedRefs } from "./in-phases.js";
import type { Rewrite, RuleContext } from "./rule.js";
import { constraintIndex, dropReplacedIndex, unitIndex } from "./steps.js";

/** A unique index in the database, and its replacement in the change. */
export interface Replaced {
  readonly old: IndexFacts;
  readonly table: TableName;
  readonly replacement: UnitIndex;
}

/** The unique index or constraint that replaces a dropped one: it shares a column with it and has a new one. */
export function replacementOf(old: IndexFacts | undefined, context: RuleContext): Replaced | undefined {
  if (old === undefined || !old.isUnique || old.isPrimary) return undefined;
  for (const other of context.operations) {
    if (other.kind !== "createIndex" && other.kind !== "addUnique") continue;
    const index = uniqueIndex(other, context);
    if (index === undefined || other.table.name !== old.table.name) continue;
    if ((other.table.schema ?? old.table.schema) !== old.table.schema) continue;
    const isShared = index.columns.some((column) => old.columns.includes(column));
    if (isShared && addedColumns(other.table, index.columns, context).length > 0)
      return { old, table: other.table, replacement: index };
  }
  return undefined;
}

function uniqueIndex(operation: OperationOf<"createIndex" | "addUnique">, context: RuleContext): UnitIndex | undefined {
  const isLater = awaitedBy(operation, context).length > 0;
  if (operation.kind === "addUnique")
    return operation.refusesNull === undefined || isLater ? constraintIndex(operation) : undefined;
  return operation.isUnique && (operation.columns !== undefined || isLater) ? unitIndex(operation) : undefined;
}

/** Why the old one must stay for now. */
export function whyKept({ old, replacement }: Replaced): string {
  return `Until every row has a value in the new column, "${replacement.name}" rejects fewer duplicates than "${old.name}". Running code that uses the old key fails without it.`;
}

/** The new columns of the replacement. */
export function newColumns({ table, replacement }: Replaced, context: RuleContext) {
  return addedRefs(table, replacement.columns, context);
}

/** Drops the old one once the new one covers every row. */
export function dropLater({ old, table, replacement }: Replaced, planned: readonly PlannedColumn[]): Rewrite {
  const { table: _, isPrimary: _1, ...index } = old;
  return { contract: dropReplacedIndex(table, index, replacement, planned[0]?.descendants) };
}
