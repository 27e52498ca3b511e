import type { ErrorCode } from "../../base/errors.js";
import { named } from "../../base/pattern-of.js";
import type { Connection } from "../../dialect/connection.js";
import type { TableFacts } from "../../dialect/table.js";
import { functionLabel } from "../../model/fill.js";
import { type TableName, tableLabel } from "../../model/names.js";
import type { Plan, PlannedColumn } from "../../model/plan.js";
import { fillProblemText, isOfExpression, withoutValues } from "./fill-problem.js";
import { keyProblems } from "./key-problems.js";
import { readTable } from "./table.js";
import { tryColumns } from "./try-columns.js";

/** How a target's rows affect a fill whose column does not exist there yet. */
export interface PendingFill {
  readonly plan: string;
  /** Undefined: a check was not possible, which blocks nothing. */
  readonly code: ErrorCode | undefined;
  readonly statement: string;
  /** The problem is the expression or an index, not rows that could be corrected or filled later. */
  readonly isOfExpression?: true;
  /** Rows violate a unique index or a foreign key over existing columns: they cannot be filled later. */
  readonly isOfKey?: true;
  /** Migrations that run before the plan's columns are added may change the result, so it is only final after them. */
  readonly isEarly?: true;
}

export interface PendingFillsOptions {
  /** Names of the migrations that run on the target before the plan adds its columns. Default: none. */
  readonly before?: readonly string[];
  /** For each statement, in milliseconds. Default: 30 000. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Tests a plan's fills on the rows of a target before expand, because development rows may differ from production's. A gate checks columns
 * that already exist. Does not call the project's functions, and reports that.
 *
 * @throws LS7002 if the role cannot read a table, or row-level security hides rows from it
 */
export async function tryPendingFills(
  connection: Connection,
  plan: Plan,
  { before = [], timeoutMs }: PendingFillsOptions = {},
): Promise<readonly PendingFill[]> {
  const tables = new Map<string, TableFacts | undefined>();
  const table = async (name: TableName) => {
    const label = tableLabel(name);
    if (!tables.has(label)) tables.set(label, await readTable(connection, name));
    return tables.get(label);
  };
  const pending: PlannedColumn[] = [];
  for (const column of plan.columns) {
    const facts = await table(column.table);
    // Without the table, there are no rows. Columns that a fill reads may also come with a pending migration.
    if (facts === undefined) continue;
    if (!column.becomesRequired && facts.columns.some(({ name }) => name === column.name)) continue;
    pending.push(column);
  }
  const found = pending.flatMap(({ table, name, compute }): PendingFill[] =>
    compute === undefined
      ? []
      : [
          {
            plan: plan.id,
            code: undefined,
            statement: `${functionLabel(compute)} for "${tableLabel(table)}"."${name}" was not tried on these rows: the backfill calls it first`,
          },
        ],
  );
  const database = { connection: async () => connection, table: async (name: TableName) => (await table(name))! };
  for await (const { column, problem } of tryColumns(pending, database, timeoutMs === undefined ? {} : { timeoutMs })) {
    const { code, message } = fillProblemText(withoutValues(problem), column.table, column);
    const isMissing = problem.kind === "missing-columns" || (problem.kind === "type" && problem.isMissing === true);
    const isEarly = before.length > 0 && code !== undefined;
    // Objects that the plan's own file creates, or may create, exist when the fill runs.
    const isOwn = problem.kind === "missing-columns" || (isMissing && usesOwn(plan, column));
    const statement = isEarly
      ? `${isMissing ? untried(message) : message}. ${pendingText(before)}`
      : isMissing && isOwn
        ? `${untried(message)}, because the plan's own migration may make what is missing`
        : message;
    if (found.some((other) => other.statement === statement)) continue;
    found.push({
      plan: plan.id,
      code: isEarly || (isMissing && isOwn) ? undefined : code,
      statement,
      ...(isOfExpression(problem) ? { isOfExpression: true } : {}),
      ...(isEarly ? { isEarly } : {}),
    });
  }
  const rows = { connection: async () => connection, table };
  for (const { code, message } of await keyProblems(plan, rows, { timeoutMs, isLeadingDone: true })) {
    const isEarly = before.length > 0 && code !== undefined;
    const statement = isEarly ? `${message(true)}. ${pendingText(before)}` : message(true);
    found.push({
      plan: plan.id,
      code: isEarly ? undefined : code,
      statement,
      isOfKey: true,
      ...(isEarly ? { isEarly } : {}),
    });
  }
  return found;
}

const untried = (message: string) => `${message}: it was not tried`;

function pendingText([first = "", ...more]: readonly string[]): string {
  const also = more.length === 0 ? "" : ` and ${more.length} more`;
  return `The answer may change: ${first}${also} ${more.length === 0 ? "runs" : "run"} before it and ${more.length === 0 ? "is" : "are"} pending`;
}

/** Whether a fill uses a table or type that one of the user's statements creates in the same file as the column. */
function usesOwn({ units }: Plan, { fill, type }: PlannedColumn): boolean {
  const made = units.flatMap(({ spec }) => (spec.kind === "original" ? (spec.outcomes ?? []) : []));
  return made.some(
    (outcome) =>
      (outcome.kind === "relation" || outcome.kind === "type") &&
      [fill?.sql, type].some((sql) => sql !== undefined && named(outcome.name.name).test(sql)),
  );
}
