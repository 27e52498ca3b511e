import {
  type ColumnDeclaration,
  type Environment,
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

/** What is known beside the change itself. Whatever is absent is not known. */
export interface Known {
  /** What the model and its annotations say about a column. */
  readonly source?: RuleContext["source"] | undefined;
  readonly droppedIndex?: RuleContext["droppedIndex"];
  readonly formerType?: RuleContext["formerType"] | undefined;
  readonly foreignKeys?: RuleContext["foreignKeys"] | undefined;
  readonly environment?: Environment | undefined;
}

/** Judges every operation of a migration by the rules. Pure: it knows the change, and what it is given. */
export function judge(migration: Migration, known: Known = {}): Judgement {
  const context = contextOf(migration.operations, known);
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

function contextOf(operations: readonly Operation[], known: Known): RuleContext {
  const created = operations.flatMap((operation) =>
    operation.kind === "createTable" ? [operation.table] : operation.kind === "createView" ? [operation.name] : [],
  );
  const createdInThisChange = (table: TableName) => created.some((candidate) => isSameTable(candidate, table));
  const nobodySaid = () => undefined;
  return {
    source: known.source ?? nobodySaid,
    droppedIndex: known.droppedIndex ?? nobodySaid,
    formerType: known.formerType ?? nobodySaid,
    foreignKeys: known.foreignKeys ?? nobodySaid,
    environment: known.environment ?? {},
    operations,
    createdInThisChange,
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
