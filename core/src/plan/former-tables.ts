import type { FormerTable, Judging, VerdictContext } from "../dialects/judging.js";
import { nameKey, type Operation, type TableName } from "../model/index.js";

/**
 * The tables whose columns a change declares anew, as they are before it: what such a statement does depends on what the column was.
 *
 * @param ask of a table; not called for a change without such a statement
 */
export async function formerTables(
  operations: readonly Operation[],
  { capabilities }: Judging,
  ask: ((table: TableName) => Promise<FormerTable | undefined>) | undefined,
): Promise<VerdictContext["formerTable"]> {
  const known = new Map<string, FormerTable | undefined>();
  for (const operation of operations) {
    if (operation.kind !== "redeclareColumn" || ask === undefined || !capabilities.hasCopyTools) continue;
    const key = nameKey(operation.table);
    if (!known.has(key)) known.set(key, await ask(operation.table));
  }
  return (table) => known.get(nameKey(table));
}
