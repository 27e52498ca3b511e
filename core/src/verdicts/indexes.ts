import {
  type ColumnDeclaration,
  type Concern,
  isSameTable,
  type OperationOf,
  operationsOfKind,
  type Verdict,
} from "../model/index.js";
import { harmless, locksOn, verdict } from "./combine.js";
import type { VerdictContext } from "./context.js";
import { concurrently } from "./transaction.js";

export function createIndex(operation: OperationOf<"createIndex">, context: VerdictContext): Verdict {
  const { table, isConcurrent, isUnique } = operation;
  if (context.createdInThisChange(table)) return harmless;
  const concerns: Concern[] = [];
  if (!isConcurrent) concerns.push({ kind: "scans", table, why: "index" });
  if (isUnique && !isConcurrent && !isOfEmptyColumn(operation, context))
    concerns.push({ kind: "fails-on-rows", table, why: "duplicates" });
  if (isUnique) concerns.push({ kind: "narrows-writes", table, why: "duplicates" });
  const alone = isConcurrent && context.isAsWritten ? concurrently(operation.statement, context) : harmless;
  return verdict({
    locks: locksOn(isConcurrent ? "SHARE UPDATE EXCLUSIVE" : "SHARE", [table], context),
    held: "scan",
    concerns: [...concerns, ...alone.concerns],
    doubts: alone.doubts,
  });
}

/** NULL equals nothing: a column that this change adds without a value has no duplicates, until it is filled. */
export function isOfEmptyColumn(
  {
    table,
    columns = [],
    statement,
    newer = [],
  }: Pick<OperationOf<"createIndex">, "table" | "columns" | "statement" | "newer">,
  { operations }: VerdictContext,
): boolean {
  if (newer.includes("nulls-not-distinct")) return false;
  const isFilled = operationsOfKind(operations, "update").some(
    (each) => each.statement < statement && isSameTable(each.table, table),
  );
  return (
    !isFilled &&
    operationsOfKind(operations, "addColumn").some(
      ({ table: of, column }) => columns.includes(column.name) && isSameTable(of, table) && isEmpty(column),
    )
  );
}

function isEmpty({ notNull, defaultSql, isGenerated, isIdentity, isSerial }: ColumnDeclaration): boolean {
  return !notNull && defaultSql === undefined && !isGenerated && !isIdentity && !isSerial;
}

/** The table is not in the statement. */
export function dropIndex(operation: OperationOf<"dropIndex">, context: VerdictContext): Verdict {
  const { name, isConcurrent } = operation;
  const found = context.formerIndex(name)?.table;
  // An index is in the schema of its table.
  const table = found && (name.schema === undefined ? { name: found.name } : found);
  const alone = isConcurrent ? concurrently(operation.statement, context) : harmless;
  return verdict({
    locks: locksOn(
      isConcurrent ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE",
      table === undefined ? [] : [table],
      context,
    ),
    concerns: isConcurrent ? alone.concerns : [{ kind: "loses-index" }],
    doubts: [...alone.doubts, ...(table === undefined ? (["other-tables"] as const) : [])],
  });
}
