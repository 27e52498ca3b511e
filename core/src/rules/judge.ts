import {
  type ColumnDeclaration,
  type Hazard,
  type Migration,
  type Notice,
  nameKey,
  type Operation,
  type OperationKind,
  type OperationOf,
  operationsOfKind,
  type TableName,
} from "../model/index.js";
import { rules } from "./index.js";
import { noticeOf } from "./notice.js";
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
 * @param formerType the type of a column before the change. Default: not known, so a change of type counts as a rewrite
 */
export function judge(
  migration: Migration,
  source: RuleContext["source"] = () => undefined,
  droppedIndex: RuleContext["droppedIndex"] = () => undefined,
  formerType: RuleContext["formerType"] = () => undefined,
): Judgement {
  const context = contextOf(migration.operations, { source, droppedIndex, formerType });
  const findings = migration.operations.flatMap((operation) => findingsOf(operation, context));
  const found = new Set(findings.map((finding) => finding.operation));
  const notices = migration.operations
    .filter((operation) => !found.has(operation))
    .flatMap((operation) => noticeOf(operation, context, migration) ?? []);
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
  known: Pick<RuleContext, "source" | "droppedIndex" | "formerType">,
): RuleContext {
  const created = operations.flatMap((operation) =>
    operation.kind === "createTable" ? [operation.table] : operation.kind === "createView" ? [operation.name] : [],
  );
  const made = new Set(created.map((table) => nameKey(table)));
  const createdInThisChange = (table: TableName) => made.has(nameKey(table));
  const added = new Map<string, ColumnDeclaration>();
  for (const { table, column } of operationsOfKind(operations, "addColumn").toReversed())
    added.set(nameKey(table, column.name), column);
  return {
    ...known,
    operations,
    createdInThisChange,
    addedColumn: (table, column) => (createdInThisChange(table) ? undefined : added.get(nameKey(table, column))),
  };
}
