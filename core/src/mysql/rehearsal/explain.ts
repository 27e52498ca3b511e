import type { Connection, Row } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import type { ExplainedStatement, TrafficStatement } from "../../dialect/rehearsing.js";

/**
 * The plans of statements with their first values: these servers plan none without. What a plan costs not all versions say, and none the same: here it is the
 * rows that are read.
 */
export async function explain(
  connection: Connection,
  statements: readonly TrafficStatement[],
): Promise<readonly ExplainedStatement[]> {
  const explained: ExplainedStatement[] = [];
  for (const { text, parameters } of statements)
    try {
      // As a table: MySQL 9 says it as a tree unless it is asked.
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
