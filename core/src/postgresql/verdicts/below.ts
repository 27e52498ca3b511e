import {
  inheritedKinds,
  type Operation,
  type OperationKind,
  type OperationOf,
  type TableLock,
  type TableName,
  type Verdict,
} from "../../model/index.js";
import { combine, locksOn, verdict } from "../../sql/verdicts/combine.js";
import type { VerdictContext } from "../../sql/verdicts/context.js";

const inherited: ReadonlySet<OperationKind> = new Set([...inheritedKinds, "addPrimaryKey", "truncate", "dropTable"]);
/** Operations that also apply to partitions. */
const shared: ReadonlySet<OperationKind> = new Set([
  "setType",
  "addColumn",
  "dropColumn",
  "dropConstraint",
  "dropTable",
  "addForeignKey",
  "addUnique",
  "createIndex",
  "dropIndex",
  "createTable",
  "createTrigger",
]);
/** Operations that build an index on each partition from its rows. */
const building: ReadonlySet<OperationKind> = new Set(["addUnique", "addPrimaryKey", "createIndex"]);

/** A verdict including the locks on tables below the operation's tables: partitions and inheriting tables. */
export function withBelow(operation: Operation, own: Verdict, context: VerdictContext): Verdict {
  const { history } = context;
  if (history === undefined || own.locks.length === 0 || operation.isOnly === true) return own;
  if (operation.kind === "form") {
    const isAbove = own.locks.some(({ table }) => (history.relatives(table)?.below.length ?? 0) > 0);
    return isAbove ? combine([own, verdict({ doubts: ["other-tables"] })]) : own;
  }
  if (!inherited.has(operation.kind) && !shared.has(operation.kind) && !locksAllForKeys(operation, context)) return own;
  if (operation.kind === "createTrigger" && operation.isOfStatements === true) return own;
  const above = operation.kind === "dropTable" ? abovePartition(operation.table, context) : [];
  const found = own.locks.flatMap(({ table, mode }): TableLock[] => {
    const relatives = history.relatives(table);
    if (relatives === undefined || isOnlyAbove(operation, table)) return [];
    if (!isInherited(operation, table, context) && !(relatives.isPartitioned && shared.has(operation.kind))) return [];
    const isBuilt = building.has(operation.kind) && relatives.isPartitioned && !locksAllForKeys(operation, context);
    return locksOn(isBuilt ? "SHARE" : mode, relatives.below, context);
  });
  const locks = [...above, ...found];
  return locks.length === 0 ? own : combine([own, verdict({ locks })]);
}

const keys: ReadonlySet<OperationKind> = new Set(["addPrimaryKey", "addUnique", "addKeyOfIndex"]);

/** For a key, PostgreSQL 18 locks all tables below, because its NOT NULL may apply to them. */
function locksAllForKeys({ kind }: Operation, { environment: { server = 18 } }: VerdictContext): boolean {
  return server >= 18 && keys.has(kind);
}

/** Dropping a partition locks its table and the default partition, whose accepted rows change. */
function abovePartition(table: TableName, context: VerdictContext): TableLock[] {
  const parent = context.history?.relatives(table)?.partitionOf;
  if (parent === undefined) return [];
  const byDefault = context.history?.relatives(parent)?.defaultPartition;
  return locksOn("ACCESS EXCLUSIVE", [parent, ...(byDefault === undefined ? [] : [byDefault])], context);
}

/** Whether the table only gets a partition or an inheriting table: the others below it are not affected. */
function isOnlyAbove(operation: Operation, table: TableName): boolean {
  return (
    operation.kind === "createTable" && [operation.partitionOf, ...operation.inherits].some((each) => each === table)
  );
}

/** Then nothing changes below the table. For inheriting tables, PostgreSQL recognises this since 18. */
function isRequired({ table, column }: OperationOf<"setNotNull">, context: VerdictContext): boolean {
  const { history, formerTable, environment } = context;
  const isSeen = history?.relatives(table)?.isPartitioned === true || (environment.server ?? 0) >= 18;
  return isSeen && formerTable(table)?.column(column)?.notNull === true;
}

/** Foreign keys, keys and their indexes belong to one table and are not inherited. */
function isInherited(operation: Operation, table: TableName, context: VerdictContext): boolean {
  if (operation.kind === "setNotNull" && isRequired(operation, context)) return false;
  const isOnAll = inherited.has(operation.kind) || locksAllForKeys(operation, context);
  if (!isOnAll || !("table" in operation) || operation.table !== table) return false;
  if (operation.kind !== "dropConstraint" && operation.kind !== "validateConstraint") return true;
  return context.history?.constraint(table, operation.name)?.kind === "check";
}
