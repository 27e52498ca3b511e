import type { Judging } from "../dialect/judging.js";
import {
  type ColumnDeclaration,
  type Environment,
  flattened,
  type Hazard,
  type Migration,
  type Notice,
  nameKey,
  type Operation,
  operationsOfKind,
  type TableName,
} from "../model/index.js";
import { domainOf } from "../sql/verdicts/columns.js";
import { madeTables } from "../sql/verdicts/made-tables.js";
import { claimed } from "./claims.js";
import { plannedRules } from "./index.js";
import { noticeOf } from "./notice.js";
import { isReported, type PlannedRule, type RuleContext } from "./rule.js";

/** An operation that a rule rewrites. */
export interface HazardFinding {
  readonly hazard: Hazard;
  readonly rule: PlannedRule;
  readonly operation: Operation;
}

/** The unsafe operations of a migration, and those that no rule handles. Operations in neither list are safe as written. */
export interface Judgement {
  readonly findings: readonly HazardFinding[];
  readonly notices: readonly Notice[];
  readonly context: RuleContext;
}

/** Facts beyond the change itself. Absent facts are unknown. */
export interface Known {
  /** For the change's database system. */
  readonly judging: Judging;
  /** The model and annotations of a column. */
  readonly source?: RuleContext["source"] | undefined;
  readonly formerIndex?: RuleContext["formerIndex"];
  readonly formerColumn?: RuleContext["formerColumn"] | undefined;
  readonly isUncommitted?: RuleContext["isUncommitted"] | undefined;
  readonly descendantsOf?: RuleContext["descendantsOf"] | undefined;
  readonly isSmall?: RuleContext["isSmall"] | undefined;
  readonly formerType?: RuleContext["formerType"] | undefined;
  readonly formerTable?: RuleContext["formerTable"] | undefined;
  readonly definesFunction?: RuleContext["definesFunction"] | undefined;
  readonly foreignKeys?: RuleContext["foreignKeys"] | undefined;
  readonly droppedKey?: RuleContext["droppedKey"] | undefined;
  readonly dependents?: RuleContext["dependents"] | undefined;
  readonly typeKind?: RuleContext["typeKind"] | undefined;
  readonly provenBy?: RuleContext["provenBy"] | undefined;
  readonly isNeverNull?: RuleContext["isNeverNull"] | undefined;
  readonly isRepeated?: RuleContext["isRepeated"] | undefined;
  readonly dependentsOf?: RuleContext["dependentsOf"] | undefined;
  readonly withoutReplicaIdentity?: RuleContext["withoutReplicaIdentity"] | undefined;
  readonly history?: RuleContext["history"] | undefined;
  /** Tables that do not exist before the change, so that IF NOT EXISTS creates them. */
  readonly isNew?: ((table: TableName) => boolean) | undefined;
  /** Tables of other changes in the same deployment: no code uses them yet. */
  readonly newTables?: readonly TableName[];
  readonly environment?: Environment | undefined;
  readonly isAsWritten?: boolean;
}

/** Checks every operation of a migration against the rules. Pure: it only uses the change and its arguments. */
export function judge(migration: Migration, known: Known): Judgement {
  const context = contextOf(migration.operations, known);
  const findings = findHazards(migration.operations, context);
  const found = new Set(findings.map((finding) => finding.operation));
  const notices = migration.operations
    .filter((operation) => !found.has(operation))
    .flatMap((operation) => noticeOf(operation, context, migration) ?? []);
  return { findings, notices, context };
}

/** The operations that a plan rewrites, by the claimed concerns of their verdicts. */
export function findHazards(operations: readonly Operation[], context: RuleContext): HazardFinding[] {
  // Other ORM versions also run a plan's file, as do tools that send it as one transaction.
  const { transactions: _, ...environment } = context.environment;
  const anywhere = { ...context, environment };
  return operations.flatMap((operation) => findingsOf(operation, anywhere));
}

const inOrder = plannedRules.toSorted((one, other) => Number(one.isLast ?? false) - Number(other.isLast ?? false));

function findingsOf(operation: Operation, context: RuleContext): HazardFinding[] {
  const candidates = inOrder.filter(({ on }) => on === "every" || on.includes(operation.kind));
  if (candidates.length === 0) return [];
  const verdict = context.judging.verdictOf(operation, context);
  const parts = claimed(operation, verdict.concerns);
  const findings: HazardFinding[] = [];
  for (const rule of candidates) {
    if (rule.isLast && findings.length > 0) continue;
    const concerns = isReported(rule) ? (parts.get(rule) ?? []) : verdict.concerns;
    const consequence = rule.consequence(operation, { ...verdict, concerns }, context);
    if (consequence === undefined || isOverDomain(rule, operation, context)) continue;
    findings.push({
      rule,
      operation,
      hazard: { rule: rule.id, line: operation.line, sql: operation.sql, consequence },
    });
  }
  return findings;
}

/** PostgreSQL rewrites every row for a domain with a check, even for an optional column: no phase can make that instant. */
function isOverDomain(rule: PlannedRule, operation: Operation, context: RuleContext): boolean {
  return rule.columns(operation, context).some(({ table, column }) => {
    const added = context.addedColumn(table, column);
    return added !== undefined && domainOf(added, context) === "checked";
  });
}

/** The facts for rules and verdicts about the operations of a change. */
export function contextOf(operations: readonly Operation[], known: Known): RuleContext {
  const inner = flattened(operations);
  const views = inner.flatMap((operation) => (operation.kind === "createView" ? [operation.name] : []));
  const unguarded = operationsOfKind(inner, "createTable").flatMap(({ table }) =>
    known.isNew?.(table) ? [table] : [],
  );
  const created = [...madeTables(inner), ...unguarded, ...views, ...(known.newTables ?? [])];
  const made = new Set(created.map((table) => nameKey(table)));
  const createdInThisChange = (table: TableName) => made.has(nameKey(table));
  const added = new Map<string, ColumnDeclaration>();
  for (const { table, column } of operationsOfKind(operations, "addColumn").toReversed())
    added.set(nameKey(table, column.name), column);
  const nobodySaid = () => undefined;
  return {
    judging: known.judging,
    source: known.source ?? nobodySaid,
    formerIndex: known.formerIndex ?? nobodySaid,
    ...(known.formerColumn && { formerColumn: known.formerColumn }),
    isUncommitted: known.isUncommitted ?? (() => false),
    descendantsOf: known.descendantsOf ?? nobodySaid,
    isSmall: known.isSmall ?? (() => false),
    formerType: known.formerType ?? nobodySaid,
    formerTable: known.formerTable ?? nobodySaid,
    definesFunction: known.definesFunction ?? nobodySaid,
    foreignKeys: known.foreignKeys ?? nobodySaid,
    droppedKey: known.droppedKey ?? nobodySaid,
    dependents: known.dependents ?? nobodySaid,
    typeKind: known.typeKind ?? nobodySaid,
    provenBy: known.provenBy ?? nobodySaid,
    isNeverNull: known.isNeverNull ?? nobodySaid,
    isRepeated: known.isRepeated ?? nobodySaid,
    dependentsOf: known.dependentsOf ?? (() => []),
    withoutReplicaIdentity: known.withoutReplicaIdentity ?? (() => []),
    ...(known.history === undefined ? {} : { history: known.history }),
    environment: known.environment ?? {},
    isAsWritten: known.isAsWritten ?? false,
    operations: inner,
    createdInThisChange,
    addedColumn: (table, column) => (createdInThisChange(table) ? undefined : added.get(nameKey(table, column))),
  };
}
