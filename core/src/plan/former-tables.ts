import type { Judging, VerdictContext } from "../dialect/judging.js";
import { nameKey, type Operation, type TableName } from "../model/index.js";

/**
 * The tables before the change that a verdict depends on.
 *
 * @param ask returns a table that the change does not create; not called if no verdict depends on it
 */
export async function formerTables(
  operations: readonly Operation[],
  { asksFormerTable }: Pick<Judging, "asksFormerTable">,
  ask: (table: TableName) => Promise<ReturnType<VerdictContext["formerTable"]>>,
): Promise<VerdictContext["formerTable"]> {
  const made = new Set(operations.flatMap((each) => (each.kind === "createTable" ? [nameKey(each.table)] : [])));
  const known = new Map<string, ReturnType<VerdictContext["formerTable"]>>();
  for (const operation of operations) {
    if (!("table" in operation) || !asksFormerTable(operation)) continue;
    const { table } = operation;
    if (made.has(nameKey(table)) || known.has(nameKey(table))) continue;
    known.set(nameKey(table), await ask(table));
  }
  return (table) => known.get(nameKey(table));
}
