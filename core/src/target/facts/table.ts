import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type { TableFacts } from "../../dialect/table.js";
import { type TableName, tableLabel } from "../../model/names.js";

/**
 * Reads the catalog in its own transaction.
 * @param timeoutMs for the sizes, which wait while DDL locks the table. Default: 5000.
 * @returns undefined if there is no table of that name; without a schema, the search path decides, as for the ORM
 * @throws LS7002 if the query fails
 */
export async function readTable(
  connection: Connection,
  table: TableName,
  timeoutMs = 5000,
): Promise<TableFacts | undefined> {
  const limits = { statementTimeoutMs: timeoutMs, lockTimeoutMs: timeoutMs };
  try {
    return await inTransaction(connection, { isReadOnly: true, limits }, () =>
      connection.dialect.live.systemCatalog.table(connection, table),
    );
  } catch (error) {
    throw refused(error, `Reading "${tableLabel(table)}" on ${connection.label}`);
  }
}
