import { type Migration, type Notice, type Operation, operationsIn } from "../model/index.js";
import type { VerdictContext } from "../sql/verdicts/context.js";
import { needsNotice } from "../sql/verdicts/notice-filter.js";

/** Why a person should review an operation that no rule rewrites; undefined: no review needed. */
export function noticeOf(operation: Operation, context: VerdictContext, migration: Migration): Notice | undefined {
  const verdict = context.judging.verdictOf(operation, context);
  if (!needsNotice(verdict, context.environment)) return undefined;
  return { line: operation.line, sql: statementOf(operation, migration), verdict };
}

/** An operation as a separate statement: a clause with its ALTER TABLE. */
export function statementOf({ statement, sql, within }: Operation, migration: Migration): string {
  const whole = within ?? migration.statements[statement]?.sql ?? sql;
  const first = operationsIn(migration, statement).find((each) => each.within === within)?.sql ?? whole;
  return whole.slice(0, whole.indexOf(first)) + sql;
}
