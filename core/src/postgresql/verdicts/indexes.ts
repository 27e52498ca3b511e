import type { Concern, OperationOf, Verdict } from "../../model/index.js";
import { isOfEmptyColumn } from "../../sql/verdicts/columns.js";
import { harmless, locksOn, verdict } from "../../sql/verdicts/combine.js";
import type { VerdictContext } from "../../sql/verdicts/context.js";
import { concurrently } from "../../sql/verdicts/transaction.js";

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
