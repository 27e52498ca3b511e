import type { Connection } from "../dialects/connection.js";
import type { TableFacts } from "../dialects/table.js";
import type { ErrorCode } from "../errors.js";
import { functionLabel } from "../model/fill.js";
import { type TableName, tableLabel } from "../model/names.js";
import type { Plan, PlannedColumn } from "../model/plan.js";
import { fillProblemText, isOfExpression, withoutValues } from "./fill-problem.js";
import { readTable } from "./table.js";
import { tryColumns } from "./try-columns.js";

/** What the rows of a target do to a fill whose column it does not have yet. */
export interface PendingFill {
  readonly plan: string;
  /** Undefined: something could not be looked at, which stands against nothing. */
  readonly code: ErrorCode | undefined;
  readonly statement: string;
  /** It is about the expression or an index, not about rows that could be corrected or filled later. */
  readonly isOfExpression?: true;
}

/**
 * Tries the fills of a plan on the rows of a target that expand has not reached: development rows say little about production's.
 * Columns that are there already are the gate's. A function of the project's is not called, which is said.
 *
 * @param timeoutMs for each of the statements. Default: 30 000
 * @throws LS7002 when the role may not read a table, or row-level security hides rows from it
 */
export async function tryPendingFills(
  connection: Connection,
  plan: Plan,
  timeoutMs?: number,
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
    // Without the table there are no rows; what a fill reads may come with a migration that is pending as well.
    if (facts === undefined || facts.columns.some(({ name }) => name === column.name)) continue;
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
    const isUntried = problem.kind === "missing-columns";
    const statement = isUntried ? `${message}: it was not tried, they may come with a migration before it` : message;
    if (found.some((other) => other.statement === statement)) continue;
    found.push({
      plan: plan.id,
      code: isUntried ? undefined : code,
      statement,
      ...(isOfExpression(problem) && !isUntried ? { isOfExpression: true } : {}),
    });
  }
  return found;
}
