import { named } from "../../base/pattern-of.js";
import type { Concern, Dependent, Operation, TableName } from "../../model/index.js";
import type { VerdictContext } from "./context.js";

/** Triggers that take a column from the written row, and that no later statement of the change drops or re-creates. */
export function takenFields(
  table: TableName,
  column: string,
  operation: Operation,
  context: VerdictContext,
): readonly Concern[] {
  const later = context.operations.filter(({ statement }) => statement > operation.statement);
  return context
    .dependentsOf({ what: "field", table, column })
    .filter((by) => !later.some((each) => mends(each, by)))
    .map((by) => ({ kind: "breaks-writes", why: "trigger", table, column, by }));
}

function mends(operation: Operation, { name, runs }: Dependent): boolean {
  if (operation.kind === "createFunction") return operation.name.name === runs;
  const isOfTrigger =
    operation.kind === "createTrigger" || /\bDROP\s+(?:TRIGGER|FUNCTION|ROUTINE)\b/i.test(operation.sql);
  return isOfTrigger && [name, runs].some((each) => each !== undefined && named(each).test(operation.sql));
}
