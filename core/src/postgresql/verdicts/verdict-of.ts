import type { Concern } from "../../model/index.js";
import {
  blocksWrites,
  type LockMode,
  nameKey,
  type Operation,
  type OperationOf,
  type Verdict,
} from "../../model/index.js";
import { duplicatesOf, setDefault } from "../../sql/verdicts/columns.js";
import { combine, harmless, locksOn, verdict } from "../../sql/verdicts/combine.js";
import type { VerdictContext } from "../../sql/verdicts/context.js";
import { newerThan } from "../../sql/verdicts/newer.js";
import {
  addEnumValue,
  comment,
  createTable,
  createView,
  dropTable,
  dropType,
  dropView,
  renameEnumValue,
  renameTable,
  renameType,
  truncate,
} from "../../sql/verdicts/objects.js";
import { deletion, insert, update } from "../../sql/verdicts/rows.js";
import { concurrently, newEnumValue, sharesTransaction } from "../../sql/verdicts/transaction.js";
import { unknown } from "../../sql/verdicts/unknown.js";
import { withBelow } from "./below.js";
import { addColumn, addNotNull, dropColumn, dropNotNull, renameColumn, setNotNull, setType } from "./columns.js";
import {
  addCheck,
  addExclusion,
  addForeignKey,
  addKeyOfIndex,
  addPrimaryKey,
  addUnique,
  dropConstraint,
  validateConstraint,
} from "./constraints.js";
import { certainFailure } from "./failures.js";
import { alterDomain, form } from "./forms.js";
import { attachPartition, detachPartition, searchedDefault } from "./partitions.js";
import { createTrigger, reindex, select } from "./statements.js";

/** The effect of one operation on a database in use, run without changes. `test/database/verdicts.test.ts` compares it with a server. */
export function verdictOf(operation: Operation, context: VerdictContext): Verdict {
  if (operation.kind === "block") return combine(operation.operations.map((each) => verdictOf(each, context)));
  const own = withBelow(operation, ownVerdict(operation, context), context);
  const waited = operation.kind === "validateConstraint" ? underEarlierLocks(operation, context) : harmless;
  // In a block, it is unknown which statements run.
  const refused = operation.within === undefined ? verdict(certainFailure(operation, context)) : harmless;
  return combine([
    own,
    refused,
    waited,
    verdict(newEnumValue(operation, context)),
    verdict({ concerns: newerThan("postgresql", operation, context) }),
  ]);
}

/** Earlier locks of the same transaction, for example from adding the constraint, last while the rows are checked. */
function underEarlierLocks(operation: OperationOf<"validateConstraint">, context: VerdictContext): Verdict {
  const { table, statement } = operation;
  const locks = (feltLocks(context).get(nameKey(table)) ?? []).flatMap((each) =>
    each.by !== operation &&
    (each.by.statement === statement || sharesTransaction(each.by.statement, statement, context))
      ? [{ table, mode: each.mode }]
      : [],
  );
  if (locks.length === 0) return harmless;
  return verdict({
    locks,
    concerns: [{ kind: "scans", table, why: "check" }],
    doubts: context.environment.transactions === undefined ? ["transaction"] : [],
  });
}

interface FeltLock {
  readonly by: Operation;
  readonly mode: LockMode;
}

const felt = new WeakMap<VerdictContext, ReadonlyMap<string, readonly FeltLock[]>>();

/** The operations with blocking locks, by table. Computed once per change. */
function feltLocks(context: VerdictContext): ReadonlyMap<string, readonly FeltLock[]> {
  const known = felt.get(context);
  if (known !== undefined) return known;
  const found = new Map<string, FeltLock[]>();
  for (const by of context.operations)
    for (const { table, mode } of ownVerdict(by, context).locks) {
      if (!blocksWrites(mode)) continue;
      const own = found.get(nameKey(table));
      if (own === undefined) found.set(nameKey(table), [{ by, mode }]);
      else own.push({ by, mode });
    }
  felt.set(context, found);
  return found;
}

function ownVerdict(operation: Operation, context: VerdictContext): Verdict {
  switch (operation.kind) {
    case "createType":
    case "createDomain":
    case "createFunction":
    case "setting":
    case "transaction":
      return harmless;
    case "dropType":
      return dropType(operation);
    case "renameTable":
      return renameTable(operation, context);
    case "renameEnumValue":
      return renameEnumValue(operation, context);
    case "addNotNull":
      return addNotNull(operation, context);
    case "alterDomain":
      return alterDomain(operation, context);
    case "form":
      return form(operation, context);
    case "createTable":
      return combine([createTable(operation, context), newPartition(operation, context)]);
    case "addColumn":
      return addColumn(operation, context);
    case "setNotNull":
      return setNotNull(operation, context);
    case "dropNotNull":
      return dropNotNull(operation, context);
    case "setDefault":
      return setDefault(operation, context);
    case "setType":
      return setType(operation, context);
    case "dropColumn":
      return dropColumn(operation, context);
    case "renameColumn":
      return renameColumn(operation, context);
    case "createIndex":
      return createIndex(operation, context);
    case "dropIndex":
      return dropIndex(operation, context);
    case "addForeignKey":
      return addForeignKey(operation, context);
    case "addPrimaryKey":
      return addPrimaryKey(operation, context);
    case "addUnique":
      return addUnique(operation, context);
    case "addExclusion":
      return addExclusion(operation, context);
    case "addCheck":
      return addCheck(operation, context);
    case "dropConstraint":
      return dropConstraint(operation, context);
    case "dropTable":
      return dropTable(operation, context);
    case "comment":
      return comment(operation, context);
    case "createView":
      return createView(operation);
    case "dropView":
      return dropView(operation, context);
    case "addEnumValue":
      return addEnumValue();
    case "renameType":
      return renameType(operation, context);
    case "insert":
      return insert(operation, context);
    case "update":
      return update(operation, context);
    case "delete":
      return deletion(operation, context);
    case "select":
      return select(operation);
    case "truncate":
      return truncate(operation, context);
    case "reindex":
      return reindex(operation, context);
    case "createTrigger":
      return createTrigger(operation, context);
    case "addKeyOfIndex":
      return addKeyOfIndex(operation, context);
    case "validateConstraint":
      return validateConstraint(operation, context);
    case "attachPartition":
      return attachPartition(operation, context);
    case "detachPartition":
      return detachPartition(operation, context);
    case "block":
      return verdictOf(operation, context);
    case "redeclareColumn":
      return unknown({ what: "MODIFY", tables: [operation.table] });
    case "unknown":
      return unknown(operation);
    default:
      return operation satisfies never;
  }
}

/** Its table is locked while the default partition is searched for rows of the new one. */
function newPartition({ partitionOf }: OperationOf<"createTable">, context: VerdictContext): Verdict {
  if (partitionOf === undefined || context.createdInThisChange(partitionOf)) return harmless;
  return searchedDefault(partitionOf, context);
}

function createIndex(operation: OperationOf<"createIndex">, context: VerdictContext): Verdict {
  const { table, isConcurrent, isUnique } = operation;
  if (context.createdInThisChange(table)) return harmless;
  const concerns: Concern[] = [];
  if (!isConcurrent) concerns.push({ kind: "scans", table, why: "index" });
  const why = isUnique ? duplicatesOf(operation, context) : undefined;
  // CONCURRENTLY fails on duplicates too. For a new column, which is still empty, that is certain.
  const isTold = !isConcurrent || (why === "two-rows" && context.isAsWritten);
  if (why !== undefined && isTold) concerns.push({ kind: "fails-on-rows", table, why });
  if (isUnique) concerns.push({ kind: "narrows-writes", table, why: "duplicates" });
  const alone = isConcurrent && context.isAsWritten ? concurrently(operation.statement, context) : harmless;
  return verdict({
    locks: locksOn(isConcurrent ? "SHARE UPDATE EXCLUSIVE" : "SHARE", [table], context),
    held: "scan",
    concerns: [...concerns, ...alone.concerns],
    doubts: alone.doubts,
  });
}

/** The statement does not name the table. */
function dropIndex(operation: OperationOf<"dropIndex">, context: VerdictContext): Verdict {
  const { name, isConcurrent } = operation;
  const found = context.formerIndex(name)?.table;
  // An index is in its table's schema.
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
