import type { Connection } from "../../dialect/connection.js";
import type { TableFacts } from "../../dialect/table.js";

/** Counts exactly up to here; above it, the server's estimate is good enough. */
export const countedRows = 10_000;

/** How many rows have no value in a column, and one of them by its key. Undefined: none. */
export function findMissing(connection: Connection, table: TableFacts, column: string, timeoutMs: number) {
  return findRows(connection, table, `${connection.dialect.sql.quote.identifier(column)} IS NULL`, timeoutMs);
}

/** How many rows fulfil a condition, and one of them by its key. Undefined: none. */
export async function findRows(
  connection: Connection,
  table: TableFacts,
  condition: string,
  timeoutMs: number,
): Promise<{ readonly count: string; readonly sample: string } | undefined> {
  const { rows } = connection.dialect.live;
  const { quote } = connection.dialect.sql;
  const from = `FROM ${quote.table(table)} WHERE ${condition}`;
  return rows.reading(connection, timeoutMs, async () => {
    const first = await connection.query<{ label: string }>(`SELECT ${rows.label(table)} AS label ${from} LIMIT 1`);
    const sample = first.rows[0]?.label;
    if (sample === undefined) return undefined;
    const counted = await connection.query<{ n: number | string }>(
      `SELECT COUNT(*) AS n FROM (SELECT 1 ${from} LIMIT ${countedRows + 1}) x`,
    );
    const n = Number(counted.rows[0]!.n);
    if (n <= countedRows) return { count: n === 1 ? "1 row" : `${n} rows`, sample };
    const planned = Math.round((await rows.estimate(connection, `SELECT 1 ${from}`)) ?? 0);
    // The planner also counts dead row versions.
    const estimate = Math.min(planned, table.rowEstimate);
    return { count: estimate > countedRows ? `about ${estimate} rows` : `more than ${countedRows} rows`, sample };
  });
}
