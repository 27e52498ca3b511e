import type { VerdictContext } from "../../dialect/judging.js";
import {
  type Concern,
  type Operation,
  type OperationOf,
  operationsOn,
  type RowFailure,
  type TableName,
} from "../../model/index.js";
import { isAddedAgainOrGone, wasThereBefore } from "../../sql/verdicts/added-again.js";
import { isOfEmptyColumn, joinedBy } from "../../sql/verdicts/columns.js";
import {
  builds,
  buildsShared,
  type ClauseVerdict,
  copies,
  type DdlAlgorithm,
  drops,
  instant,
  metadataOn,
  rebuilds,
  type Server,
} from "./ddl-algorithm.js";
import { keyBytesOf, longestKey } from "./types.js";
import { ignores } from "./versions.js";

/** Writes continue, except for full-text, spatial and expression indexes. */
export function createIndex(
  operation: OperationOf<"createIndex">,
  context: VerdictContext,
  server: Server,
): ClauseVerdict {
  const { table, isUnique, method, definition, columns } = operation;
  if (method === "fulltext" || method === "spatial" || (hasExpression(definition) && !isUnique))
    return { ddl: buildsShared, concerns: [{ kind: "scans", table, why: "index" }] };
  if (!isUnique) return { ddl: builds, concerns: [] };
  if (hasExpression(definition)) return copied(table, "duplicates");
  if (isTooLong(table, columns, context)) return tooLong(operation, context, server);
  if (isOfEmptyColumn(operation, context)) return { ddl: builds, concerns: [narrows(table, "duplicates")] };
  return looked(table, builds, ["duplicates"]);
}

/** Whether an index has an expression. MySQL adds a virtual column for it, so writes wait, and copies the table for a unique one. */
export const hasExpression = (definition: string | undefined): boolean => /[(,]\s*\(/.test(definition ?? "");

/** Reads and writes continue, as with PostgreSQL's CONCURRENTLY. */
export function dropIndex(): ClauseVerdict {
  return { ddl: drops, concerns: [] };
}

export function addUnique(operation: OperationOf<"addUnique">, context: VerdictContext, server: Server): ClauseVerdict {
  const { table, columns, keys } = operation;
  if (isTooLong(table, keys === undefined ? columns : undefined, context)) return tooLong(operation, context, server);
  return looked(table, builds, ["duplicates"]);
}

/**
 * Whether InnoDB cannot hold the key. `columns` absent: it has a prefix, which InnoDB limits itself.
 *
 * @param columns of a unique key; a longer key that is not unique becomes a prefix
 */
function isTooLong(table: TableName, columns: readonly string[] | undefined, context: VerdictContext): boolean {
  const former = context.formerTable(table);
  const bytes = (columns ?? []).map((name) => {
    const added = operationsOn(context.operations, "addColumn", table).find((each) => each.column.name === name);
    const column = added?.column ?? former?.column(name);
    return column === undefined ? 0 : keyBytesOf(column, former);
  });
  return bytes.reduce((sum, each) => sum + each, 0) > longestKey;
}

/**
 * MySQL rejects such a key (1071). MariaDB indexes a hash of it in a virtual column, for which it always copies the table: measured on
 * 10.11, ALGORITHM=INPLACE fails with 1846.
 */
function tooLong(
  operation: OperationOf<"createIndex" | "addUnique">,
  context: VerdictContext,
  server: Server,
): ClauseVerdict {
  if (server === "mysql") return { ddl: builds, concerns: [{ kind: "fails-always", why: "long-key" }] };
  const { ddl, concerns } = copied(operation.table, "duplicates");
  const isEmpty = isOfEmptyColumn(operation, context);
  return { ddl, concerns: concerns.filter(({ kind }) => !isEmpty || kind !== "fails-on-rows") };
}

/** Rows are stored in key order, so the table is rebuilt while writes continue. */
export function addPrimaryKey(
  { table, columns }: OperationOf<"addPrimaryKey">,
  { isNeverNull }: VerdictContext,
): ClauseVerdict {
  const isRequired = columns.length > 0 && columns.every((column) => isNeverNull(table, column) === true);
  return looked(table, rebuilds, isRequired ? ["duplicates"] : ["null", "duplicates"]);
}

/** With foreign_key_checks=0, the server checks no rows. Otherwise it copies the table. */
export function addForeignKey(
  operation: OperationOf<"addForeignKey">,
  context: VerdictContext,
  server: Server,
): ClauseVerdict {
  const { table, columns, references } = operation;
  const others = [references];
  if (isUnchecked(operation, context)) {
    // The server creates an index if there is none.
    const indexes = context.formerTable(table)?.indexes ?? [];
    const isIndexed = indexes.some((index) => columns.every((column, at) => index.columns[at] === column));
    return { ddl: isIndexed ? metadataOn(server) : builds, concerns: [narrows(table, "foreign-key")], others };
  }
  const { ddl, concerns } = copied(table, "foreign-key");
  const isKept = isOfEmptyColumn(operation, context) || wasThereBefore(operation, context);
  return { ddl, concerns: concerns.filter(({ kind }) => !isKept || kind === "rewrites"), others };
}

/** MySQL and MariaDB read every row and always copy the table. */
export function addCheck(
  { table, isEnforced }: OperationOf<"addCheck">,
  context: VerdictContext,
  server: Server,
): ClauseVerdict {
  return isEnforced === false || ignores("check", server, context)
    ? { ddl: instant, concerns: [] }
    : copied(table, "check");
}

export function dropConstraint(
  operation: OperationOf<"dropConstraint">,
  context: VerdictContext,
  server: Server,
): ClauseVerdict {
  const { table, name, statement } = operation;
  const of = operation.of ?? context.history?.constraint(table, name)?.kind;
  const concerns: Concern[] = isAddedAgainOrGone(operation, context) ? [] : [{ kind: "guards-less", table }];
  if (of === "primary") {
    const isReplaced = operationsOn(context.operations, "addPrimaryKey", table).some(
      (each) => each.statement === statement,
    );
    if (isReplaced) return { ddl: rebuilds, concerns };
    return { ddl: copies, concerns: [{ kind: "rewrites", table, why: "storage" }, ...concerns] };
  }
  if (of === "check") return { ddl: instant, concerns };
  const { tables, doubts } = joinedBy(context, table, (_, other) => other === name);
  return { ddl: of === "foreign-key" ? metadataOn(server) : instant, concerns, others: tables, doubts };
}

function copied(table: TableName, why: RowFailure): ClauseVerdict {
  const { concerns } = looked(table, copies, [why]);
  return { ddl: copies, concerns: [{ kind: "rewrites", table, why: "storage" }, ...concerns] };
}

function looked(table: TableName, ddl: DdlAlgorithm, failures: readonly RowFailure[]): ClauseVerdict {
  const fails = failures.map((why) => ({ kind: "fails-on-rows", table, why }) as const);
  return { ddl, concerns: [...fails, ...failures.map((why) => narrows(table, why))] };
}

function narrows(table: TableName, why: RowFailure): Concern {
  return { kind: "narrows-writes", table, why };
}

export function isUnchecked({ statement }: Operation, { operations }: VerdictContext): boolean {
  const last = operations.findLast(
    (each) => each.kind === "setting" && each.statement < statement && each.name.toLowerCase() === "foreign_key_checks",
  );
  return last !== undefined && /foreign_key_checks\b\W*=\s*(?:0|OFF|FALSE)\b/i.test(last.sql);
}
