import { LockstepError } from "../base/errors.js";
import { named } from "../base/pattern-of.js";
import {
  type CopiedColumns,
  isFilled,
  type Migration,
  type Operation,
  type OperationOf,
  type PlannedColumn,
} from "../model/index.js";

/** A column whose UPDATEs become a backfill. */
interface ReadableColumn {
  readonly added: OperationOf<"addColumn">;
  readonly names: readonly string[];
  /** The tables that its values are looked up in, and the last such statement. */
  readonly lookedUp: { readonly tables: readonly string[]; readonly until: number };
}

/** Forms that may name the table without reading or changing its rows. */
const harmless = new Set([
  "GrantStmt",
  "AT_SetStatistics",
  "AT_SetOptions",
  "AT_SetStorage",
  "AT_ReplicaIdentity",
  "LockStmt",
]);

/**
 * Rejects statements that conflict with turning a hand-written UPDATE into a backfill: the values come later, and only into rows without
 * one. So nothing else in the migration may read them, write the column, change their sources, or add rows that the UPDATE would not have
 * reached.
 *
 * @param columns whose UPDATEs become backfills
 * @param folded the migration's operations on them, which the plan replaces
 * @param file the migration, for messages
 * @throws LS2016
 */
export function refuseReaders(
  columns: readonly ReadableColumn[],
  folded: ReadonlySet<Operation>,
  { operations, statements }: Migration,
  file: string,
): void {
  for (const { added, names, lookedUp } of columns) {
    const own = [...names, added.table.name].map(named);
    const others = lookedUp.tables.map(named);
    const reader = operations.find((each) => {
      if (each.statement <= added.statement || folded.has(each) || !isInTheWay(each)) return false;
      const { sql = "" } = statements[each.statement] ?? {};
      // Statements before the UPDATE also run before the backfill.
      const isAfter = each.statement > lookedUp.until;
      return [...own, ...(isAfter ? others : [])].some((name) => name.test(sql));
    });
    if (reader === undefined) continue;
    throw new LockstepError(
      "LS2016",
      `${file}:${reader.line}: a backfill fills "${names.at(-1)}" after this migration. This statement may read it, or change what its value comes from: ${reader.sql.replace(/\s+/g, " ").slice(0, 200)}`,
    );
  }
}

/**
 * Rejects copies of values that rows get later: a materialized view, or a table created from a query. They would be correct in contract,
 * but code of the same change may read them from expand on.
 *
 * @throws LS2016
 */
export function refuseCopies(columns: readonly PlannedColumn[], operations: readonly Operation[]): void {
  for (const operation of operations) {
    const copies = copiesOf(operation);
    const copied = columns.find(
      (column) =>
        isFilled(column) &&
        (copies?.isAll === true || copies?.names.includes(column.name)) &&
        named(column.table.name).test(operation.sql),
    );
    if (copied === undefined) continue;
    throw new LockstepError(
      "LS2016",
      `Line ${operation.line}: the backfill fills "${copied.name}" after this migration. Until then this copy of "${copied.table.name}" contains NULL instead: ${operation.sql.replace(/\s+/g, " ").slice(0, 200)}`,
    );
  }
}

function copiesOf(operation: Operation): CopiedColumns | undefined {
  return operation.kind === "createView" || operation.kind === "createTable" ? operation.copies : undefined;
}

/** Whether it could affect rows, or the statements that fill them. Other schema changes are checked separately. */
function isInTheWay(operation: Operation): boolean {
  switch (operation.kind) {
    case "insert":
    case "update":
    case "delete":
    case "select":
    case "truncate":
    case "createFunction":
    case "createTrigger":
    case "attachPartition":
    case "detachPartition":
      return true;
    case "renameTable":
    case "redeclareColumn":
    case "alterDomain":
    case "block":
      return true;
    case "form":
    case "unknown":
      return !harmless.has(operation.what);
    // A copy of the column itself is rejected for every plan.
    case "createTable":
      return operation.isOfQuery === true;
    case "createView":
      return operation.copies !== undefined;
    case "setType":
      return operation.hasOther;
    case "renameColumn":
      return true;
    default:
      return false;
  }
}
