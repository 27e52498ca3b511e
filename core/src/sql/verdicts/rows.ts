import { isSameTable, type OperationOf, type TableName, type Verdict } from "../../model/index.js";
import { locksOn, verdict } from "./combine.js";
import type { VerdictContext } from "./context.js";

/** Tables of an ORM with facts that the catalog lacks: no session waits for their rows. */
const bookkeeping = new Set(["typeorm_metadata"]);

export function insert(operation: OperationOf<"insert">, context: VerdictContext): Verdict {
  const { table, isOfValues, isOfStatedRows } = operation;
  return isOfValues || isOfStatedRows ? rowLocks(table, context) : changing(table, "insert", context);
}

export function update(operation: OperationOf<"update">, context: VerdictContext): Verdict {
  const { table, columns, keyed = [] } = operation;
  // Rows that refer to a key may change with it.
  const isSpread = columns.some((column) => keyed.includes(column)) && !isReferredByNone(table, context);
  return !isSpread && isOfNamedRows(operation, context) ? rowLocks(table, context) : changing(table, "update", context);
}

export function deletion(operation: OperationOf<"delete">, context: VerdictContext): Verdict {
  const { table } = operation;
  if (bookkeeping.has(table.name)) return rowLocks(table, context);
  // Referring rows may be deleted too.
  if (isReferredByNone(table, context) && isOfNamedRows(operation, context)) return rowLocks(table, context);
  const changed = changing(table, "delete", context);
  if (changed.concerns.length === 0) return changed;
  return { ...changed, concerns: [{ kind: "loses-data", what: "rows", table }, ...changed.concerns] };
}

/** Whether it changes a few rows by a key, as in a table that migrations maintain. */
function isOfNamedRows({ table, keyed = [] }: OperationOf<"update" | "delete">, context: VerdictContext): boolean {
  if (keyed.length === 0) return false;
  const indexes = context.formerTable(table)?.indexes ?? [];
  return indexes.some(
    ({ isUnique, definition, columns }) =>
      isUnique === true &&
      definition === undefined &&
      columns.length > 0 &&
      columns.every((each) => keyed.includes(each)),
  );
}

/** Whether it is known that no foreign key refers to the table. */
function isReferredByNone(table: TableName, context: VerdictContext): boolean {
  return context.foreignKeys(table)?.every(({ references }) => !isSameTable(references, table)) === true;
}

function rowLocks(table: TableName, context: VerdictContext): Verdict {
  return verdict({ locks: locksOn("ROW EXCLUSIVE", [table], context) });
}

/** Changes as many rows as its query returns. */
function changing(table: TableName, how: "insert" | "update" | "delete", context: VerdictContext): Verdict {
  const locked = rowLocks(table, context);
  if (context.createdInThisChange(table)) return locked;
  return { ...locked, held: "scan", concerns: [{ kind: "changes-rows", table, how }] };
}
