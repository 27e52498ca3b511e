import type { Connection } from "../../dialect/connection.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type { TableName } from "../../model/names.js";
import { triggerNames } from "../quote.js";

/**
 * Reads under the sql_mode and the collation that the fill trigger of a column was made with: an operator may mean something else
 * without them (`||`). In a transaction that only reads; the session is as it was afterwards.
 */
export async function asTheTrigger<T>(
  connection: Connection,
  column: { readonly table: TableName; readonly name: string },
  statementTimeoutMs: number,
  run: () => Promise<T>,
): Promise<T> {
  const { schema = null } = column.table;
  const { rows } = await connection.query<Settings & { readonly wasMode: string; readonly wasCollation: string }>(
    `SELECT SQL_MODE AS mode, COLLATION_CONNECTION AS collation, @@SESSION.sql_mode AS wasMode, @@SESSION.collation_connection AS wasCollation
       FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = COALESCE(?, DATABASE()) AND TRIGGER_NAME = ?`,
    [schema, triggerNames(column.table, column.name).update],
  );
  const [made] = rows;
  const set = ({ mode, collation }: Settings) =>
    connection.query("SET SESSION sql_mode = ?, collation_connection = ?", [mode, collation]);
  if (made !== undefined) await set(made);
  try {
    return await inTransaction(connection, { isReadOnly: true, limits: { statementTimeoutMs } }, run);
  } finally {
    if (made !== undefined && !connection.isLost) await set({ mode: made.wasMode, collation: made.wasCollation });
  }
}

interface Settings {
  readonly mode: string;
  readonly collation: string;
}
