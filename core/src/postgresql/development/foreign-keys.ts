import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type { KnownForeignKey } from "../../dialect/development.js";
import { type TableName, tableLabel } from "../../model/names.js";
import { quoteTable } from "../quote.js";

/**
 * The foreign keys of a table, and those that reference it. Tables include a schema if `table` has one, or if the search path would not
 * find them.
 *
 * @throws LS7002 if the query fails
 */
export async function readForeignKeys(connection: Connection, table: TableName): Promise<readonly KnownForeignKey[]> {
  try {
    const settings = { statement_timeout: 5000, lock_timeout: 5000 };
    const { rows } = await inTransaction(connection, { isReadOnly: true, settings }, () =>
      connection.query<Row>(sql, [quoteTable(table), table.schema !== undefined]),
    );
    return rows.map((row) => ({
      name: row.name,
      table: nameOf(row.schema, row.table),
      columns: row.columns,
      references: nameOf(row.other_schema, row.other),
      referencedColumns: row.other_columns,
    }));
  } catch (error) {
    throw refused(error, `Reading the foreign keys of "${tableLabel(table)}" on ${connection.label}`);
  }
}

interface Row {
  readonly name: string;
  readonly schema: string | null;
  readonly table: string;
  readonly columns: readonly string[];
  readonly other_schema: string | null;
  readonly other: string;
  readonly other_columns: readonly string[];
}

function nameOf(schema: string | null, name: string): TableName {
  return schema === null ? { name } : { schema, name };
}

const sql = `
SELECT k.conname AS name, t.relname AS table, o.relname AS other,
       CASE WHEN $2 OR NOT pg_table_is_visible(t.oid) THEN t.relnamespace::regnamespace::text END AS schema,
       CASE WHEN $2 OR NOT pg_table_is_visible(o.oid) THEN o.relnamespace::regnamespace::text END AS other_schema,
       (SELECT array_agg(a.attname::text ORDER BY p) FROM unnest(k.conkey) WITH ORDINALITY u(num, p)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = num) AS columns,
       (SELECT array_agg(a.attname::text ORDER BY p) FROM unnest(k.confkey) WITH ORDINALITY u(num, p)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = num) AS other_columns
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_class t ON t.oid = k.conrelid
  JOIN pg_catalog.pg_class o ON o.oid = k.confrelid
 WHERE k.contype = 'f' AND to_regclass($1) IN (k.conrelid, k.confrelid)
 ORDER BY 1, 2`;
