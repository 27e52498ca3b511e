import type { Connection, Row } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import type { ExplainedStatement, TrafficStatement } from "../../dialect/rehearsing.js";

/**
 * The plans of statements with their first values, because these servers need values to plan. Not all versions report a cost, and costs are
 * not comparable, so this uses the rows read.
 */
export async function explain(
  connection: Connection,
  statements: readonly TrafficStatement[],
): Promise<readonly ExplainedStatement[]> {
  const explained: ExplainedStatement[] = [];
  for (const { text, parameters } of statements)
    try {
      // As a table: MySQL 9 defaults to a tree.
      const { rows } = await connection.query<Row>(`EXPLAIN FORMAT=TRADITIONAL ${text}`, parameters[0] ?? []);
      const nodes = rows.map(nodeOf);
      if (nodes.length > 0)
        explained.push({
          statement: text,
          nodes: nodes.map(({ line }) => line),
          cost: nodes.reduce((product, { read }) => product * Math.max(read, 1), 1),
        });
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
    }
  return explained;
}

/** `ref using User_email_key on User` */
function nodeOf({ type, key, table, rows }: Row): { readonly line: string; readonly read: number } {
  const using = key ? ` using "${String(key)}"` : "";
  const on = table ? ` on "${String(table)}"` : "";
  return { line: `${String(type ?? "none")}${using}${on}`, read: Number(rows ?? 1) };
}
