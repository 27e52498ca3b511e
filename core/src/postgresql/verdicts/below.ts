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
/** Partitions get these as well. */
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
/** A partition's rows are read for an index of its own. */
const building: ReadonlySet<OperationKind> = new Set(["addUnique", "addPrimaryKey", "createIndex"]);

/** A verdict with the locks on what is below the tables of its operation: partitions, and tables that inherit from them. */
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

/** For a key PostgreSQL 18 locks whatever is below the table: its NOT NULL may be for all. */
function locksAllForKeys({ kind }: Operation, { environment: { server = 18 } }: VerdictContext): boolean {
  return server >= 18 && keys.has(kind);
}

/** A partition goes from its table, and what its default partition admits changes. */
function abovePartition(table: TableName, context: VerdictContext): TableLock[] {
  const parent = context.history?.relatives(table)?.partitionOf;
  if (parent === undefined) return [];
  const byDefault = context.history?.relatives(parent)?.defaultPartition;
  return locksOn("ACCESS EXCLUSIVE", [parent, ...(byDefault === undefined ? [] : [byDefault])], context);
}

/** The table that gets a partition: the others are left alone. */
function isOnlyAbove(operation: Operation, table: TableName): boolean {
  return (
    operation.kind === "createTable" && [operation.partitionOf, ...operation.inherits].some((each) => each === table)
  );
}

/** Then there is nothing to do below it: of tables that inherit PostgreSQL knows that from 18 on. */
function isRequired({ table, column }: OperationOf<"setNotNull">, context: VerdictContext): boolean {
  const { history, formerTable, environment } = context;
  const isSeen = history?.relatives(table)?.isPartitioned === true || (environment.server ?? 0) >= 18;
  return isSeen && formerTable(table)?.column(column)?.notNull === true;
}

/** A foreign key, a key and the index of it belong to one table. */
function isInherited(operation: Operation, table: TableName, context: VerdictContext): boolean {
  if (operation.kind === "setNotNull" && isRequired(operation, context)) return false;
  const isOnAll = inherited.has(operation.kind) || locksAllForKeys(operation, context);
  if (!isOnAll || !("table" in operation) || operation.table !== table) return false;
  if (operation.kind !== "dropConstraint" && operation.kind !== "validateConstraint") return true;
  return context.history?.constraint(table, operation.name)?.kind === "check";
}
