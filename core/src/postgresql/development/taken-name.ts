import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import { type TableName, tableLabel } from "../../model/names.js";
import { quoteTable } from "../quote.js";

/**
 * Whether PostgreSQL would skip a name when it names a constraint of this table: another constraint in the schema has it, or another
 * relation if the constraint has an index.
 *
 * @throws LS7002 if the query fails
 */
export async function isTakenName(
  connection: Connection,
  table: TableName,
  name: string,
  hasIndex: boolean,
): Promise<boolean> {
  try {
    const settings = { statement_timeout: 5000, lock_timeout: 5000 };
    const { rows } = await inTransaction(connection, { isReadOnly: true, settings }, () =>
      connection.query<{ readonly taken: boolean }>(takenSql, [quoteTable(table), name, hasIndex]),
    );
    return rows[0]?.taken === true;
  } catch (error) {
    throw refused(error, `Reading the other names in the schema of "${tableLabel(table)}" on ${connection.label}`);
  }
}

const takenSql = `
SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE connamespace = t.relnamespace AND conname = $2)
    OR ($3 AND EXISTS (SELECT FROM pg_catalog.pg_class WHERE relnamespace = t.relnamespace AND relname = $2)) AS taken
  FROM pg_catalog.pg_class t WHERE t.oid = to_regclass($1)`;
