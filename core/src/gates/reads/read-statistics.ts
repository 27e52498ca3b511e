import type { Connection } from "../../dialect/connection.js";
import { errorCode } from "../../dialect/db/retry.js";
import type { Blind } from "../../dialect/load-signals.js";
import type { StatementStatistics } from "../../dialect/statements.js";
import type { TableFacts } from "../../dialect/table.js";

/** The server's statistics for reads of a table. If the server rejects the query, returns the reason. */
export async function readStatistics(
  connection: Connection,
  table: Pick<TableFacts, "schema" | "name">,
  explained: readonly string[] = [],
): Promise<StatementStatistics | Blind> {
  try {
    return await connection.dialect.live.statements.read(connection, table, explained);
  } catch (error) {
    if (connection.isLost || errorCode(error) === undefined) throw error;
    return { kind: "blind", reason: `the statistics could not be read: ${(error as Error).message}` };
  }
}

/** The statements of a baseline whose plans are compared. */
export function shapedIn(baseline: StatementStatistics | undefined): readonly string[] {
  return baseline?.statements.flatMap(({ id, shape }) => (shape === undefined ? [] : [id])) ?? [];
}
