import { duringCleanUp } from "../../base/expected-errors.js";
import type { Connection } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import type { ColumnDeclaration, TableName } from "../../model/index.js";
import { closed } from "../../sql/unit-words.js";
import { quoteIdentifier, quoteTable } from "../quote.js";

/**
 * Whether PostgreSQL rewrites the table for a new column. It knows the volatility of every function, which names do not show. Adds the
 * column to an empty copy of the table, and rolls back.
 *
 * @returns undefined if it cannot be tested: a type or function that the same change creates, no privilege for temporary tables
 */
export async function isRewrittenFor(
  connection: Connection,
  table: TableName,
  { name, typeSql, storageSql = "", collationSql, defaultSql = "NULL" }: ColumnDeclaration,
): Promise<boolean | undefined> {
  const copy = "pg_temp.lockstep_try_column";
  const file = async () =>
    (await connection.query<{ file: string }>(`SELECT pg_relation_filenode('${copy}'::regclass)::text AS file`)).rows[0]
      ?.file;
  const type =
    collationSql === undefined ? `${typeSql} ${storageSql}` : `${typeSql} ${storageSql} COLLATE ${collationSql}`;
  await connection.query("BEGIN; SET LOCAL lock_timeout = 5000; SET LOCAL statement_timeout = 5000");
  try {
    await connection.query(`CREATE TEMPORARY TABLE lockstep_try_column (LIKE ${quoteTable(table)}) ON COMMIT DROP`);
    const before = await file();
    await connection.query(
      `ALTER TABLE ${copy} ADD COLUMN ${quoteIdentifier(name)} ${type} DEFAULT ${closed(defaultSql)}`,
    );
    return (await file()) !== before;
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    return undefined;
  } finally {
    if (!connection.isLost) await connection.query("ROLLBACK").catch(duringCleanUp);
  }
}
