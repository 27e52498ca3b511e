import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type { ColumnDependents } from "../../dialect/development.js";
import { type TableName, tableLabel } from "../../model/names.js";
import { quoteTable } from "../quote.js";

/**
 * Reads what depends on a column, including child tables (ATPostAlterTypeCleanup and CheckIndexCompatible in PostgreSQL's source define
 * what happens to it). Foreign keys whose operators do not change, and plain indexes, are kept.
 *
 * @throws LS7002 if the query fails
 */
export async function readColumnDependents(
  connection: Connection,
  table: TableName,
  column: string,
): Promise<ColumnDependents> {
  try {
    const settings = { statement_timeout: 5000, lock_timeout: 5000 };
    const { rows } = await inTransaction(connection, { isReadOnly: true, settings }, () =>
      connection.query<DependentsRow>(dependentsSql, [quoteTable(table), column]),
    );
    const [found] = rows;
    return { comment: found?.comment ?? undefined, rebuilt: found?.rebuilt ?? [], checked: found?.checked ?? [] };
  } catch (error) {
    throw refused(error, `Reading what depends on "${tableLabel(table)}"."${column}" on ${connection.label}`);
  }
}

interface DependentsRow {
  readonly comment: string | null;
  readonly rebuilt: readonly string[];
  readonly checked: readonly string[];
}

const dependentsSql = `
WITH RECURSIVE tree(t) AS (SELECT to_regclass($1)::oid UNION SELECT inhrelid FROM pg_catalog.pg_inherits JOIN tree ON inhparent = t),
own AS (SELECT a.attrelid, a.attnum FROM tree JOIN pg_catalog.pg_attribute a ON a.attrelid = t AND a.attname = $2 AND NOT a.attisdropped)
SELECT (SELECT col_description(attrelid, attnum) FROM own WHERE attrelid = to_regclass($1)) AS comment,
  ARRAY(SELECT x.indexrelid::regclass::text FROM own JOIN pg_catalog.pg_index x ON x.indrelid = attrelid
         WHERE (x.indpred IS NOT NULL OR x.indexprs IS NOT NULL)
           AND (attnum = ANY (x.indkey::int2[]) OR EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_class'::regclass
                  AND d.objid = x.indexrelid AND d.refobjid = attrelid AND d.refobjsubid = attnum)) ORDER BY 1) AS rebuilt,
  ARRAY(SELECT k.conname::text FROM own JOIN pg_catalog.pg_constraint k ON k.conrelid = attrelid
         WHERE k.contype = 'c' AND attnum = ANY (k.conkey) GROUP BY 1 ORDER BY 1) AS checked`;
