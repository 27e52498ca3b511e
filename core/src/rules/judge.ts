import {
  type ColumnDeclaration,
  type Hazard,
  isSameTable,
  type Migration,
  type Notice,
  type Operation,
  type OperationKind,
  type OperationOf,
  type TableName,
} from "../model/index.js";
import { rules } from "./index.js";
import type { Rule, RuleContext } from "./rule.js";

/** An operation that a rule rewrites. */
export interface Finding {
  readonly hazard: Hazard;
  readonly rule: Rule;
  readonly operation: Operation;
}

/** What is unsafe in a migration, and what no rule has judged. Operations in neither list are safe as they stand. */
export interface Judgement {
  readonly findings: readonly Finding[];
  readonly notices: readonly Notice[];
  readonly context: RuleContext;
}

/**
 * Judges every operation of a migration by the rules. Pure: it knows the change, and nothing about any database but the indexes that
 * the change drops, where they are given.
 *
 * @param source what the model and its annotations say about a column. Default: nothing, as where no annotation is
 */
export function judge(
  migration: Migration,
  source: RuleContext["source"] = () => undefined,
  droppedIndex: RuleContext["droppedIndex"] = () => undefined,
): Judgement {
  const context = contextOf(migration.operations, source, droppedIndex);
  const findings = migration.operations.flatMap((operation) => findingsOf(operation, context));
  const found = new Set(findings.map((finding) => finding.operation));
  const notices = migration.operations
    .filter((operation) => !found.has(operation))
    .flatMap((operation) => noticeOf(operation, context) ?? []);
  return { findings, notices, context };
}

function findingsOf<K extends OperationKind>(operation: OperationOf<K>, context: RuleContext): Finding[] {
  return rules
    .filter((rule) => rule.on === operation.kind)
    .flatMap((rule) => {
      const consequence = rule.detect(operation, context);
      if (consequence === undefined) return [];
      return { rule, operation, hazard: { rule: rule.id, line: operation.line, sql: operation.sql, consequence } };
    });
}

function contextOf(
  operations: readonly Operation[],
  source: RuleContext["source"],
  droppedIndex: RuleContext["droppedIndex"],
): RuleContext {
  const created = operations.flatMap((operation) => (operation.kind === "createTable" ? [operation.table] : []));
  const createdInThisChange = (table: TableName) => created.some((candidate) => isSameTable(candidate, table));
  return {
    operations,
    createdInThisChange,
    source,
    droppedIndex,
    addedColumn(table, column): ColumnDeclaration | undefined {
      if (createdInThisChange(table)) return undefined;
      for (const operation of operations) {
        if (operation.kind !== "addColumn" || !isSameTable(operation.table, table)) continue;
        if (operation.column.name === column) return operation.column;
      }
      return undefined;
    },
  };
}

/** Statements beyond the operations that take no lock on a table and change none. */
const harmless = new Set(["CreateSchemaStmt", "CreateExtensionStmt", "CommentStmt"]);

/** Why a person should look at an operation that no rule rewrites; undefined: it is safe as it stands. */
function noticeOf(operation: Operation, context: RuleContext): Notice | undefined {
  const reason = reasonOf(operation, context);
  return reason === undefined ? undefined : { line: operation.line, sql: operation.sql, reason };
}

function reasonOf(operation: Operation, context: RuleContext): string | undefined {
  switch (operation.kind) {
    case "createTable":
    case "createType":
    case "addEnumValue":
    case "dropNotNull":
    case "setDefault":
      return undefined;
    case "addColumn": {
      if (context.createdInThisChange(operation.table)) return undefined;
      const { column } = operation;
      if (column.isGenerated || column.isIdentity || column.isSerial) return "rewrites the whole table under a lock";
      if (column.defaultSql !== undefined && !column.isDefaultStored)
        return "the default differs from row to row, so the whole table is rewritten under a lock";
      if (column.isUnique || column.isPrimaryKey) return "builds an index under a lock";
      return column.hasOther ? "has a constraint that is checked for all rows under a lock" : undefined;
    }
    case "createIndex":
      if (operation.isConcurrent || context.createdInThisChange(operation.table)) return undefined;
      return `nothing can be written to "${operation.table.name}" until the index is built`;
    case "addForeignKey":
      if (context.createdInThisChange(operation.table) || !operation.isValid) return undefined;
      return `all rows of "${operation.table.name}" are checked while writes to both tables wait`;
    case "addPrimaryKey":
      if (context.createdInThisChange(operation.table)) return undefined;
      return `all rows of "${operation.table.name}" are checked and an index is built while reads and writes wait`;
    case "setNotNull":
      return "all rows are checked while reads and writes wait; fails if one is NULL";
    case "setType":
      return "may rewrite the whole table under a lock";
    case "dropColumn":
      return "loses the column's data; running code that still names it fails";
    case "dropTable":
      return "loses the table's data; running code that still uses it fails";
    case "dropIndex":
      return operation.isConcurrent ? undefined : "waits for all readers of the table; queries may become slow";
    case "dropConstraint":
      return "takes a lock on the table; what the constraint refused is allowed from now on";
    case "update":
      return "changes rows inside a migration: they stay locked until it ends";
    case "unknown":
      return harmless.has(operation.what) ? undefined : `is not understood (${operation.what})`;
    default:
      return operation satisfies never;
  }
}
