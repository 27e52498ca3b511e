import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type { IndexFacts } from "../../dialect/development.js";
import type { Deferrable } from "../../model/declaration.js";
import { type TableName, tableLabel } from "../../model/names.js";
import { quoteTable } from "../quote.js";

/**
 * Reads an index from the catalog. Without a schema, the search path decides, as for the ORM.
 *
 * @returns undefined if there is no index of that name
 * @throws LS7002 if the query fails
 */
export async function readIndex(connection: Connection, name: TableName): Promise<IndexFacts | undefined> {
  try {
    const settings = { statement_timeout: 5000, lock_timeout: 5000 };
    const { rows } = await inTransaction(connection, { isReadOnly: true, settings }, () =>
      connection.query<IndexRow>(indexSql, [quoteTable(name)]),
    );
    const [found] = rows;
    if (found === undefined) return undefined;
    return {
      name: name.name,
      table: { schema: found.schema, name: found.table },
      isUnique: found.unique,
      isPrimary: found.primary,
      columns: found.columns,
      method: found.method,
      ...(found.definition === found.plain ? {} : { definition: found.definition }),
      ...(found.deferrable === null ? {} : { constraint: { deferrable: found.deferrable } }),
    };
  } catch (error) {
    throw refused(error, `Reading the index "${tableLabel(name)}" on ${connection.label}`);
  }
}

interface IndexRow {
  readonly schema: string;
  readonly table: string;
  readonly unique: boolean;
  readonly primary: boolean;
  readonly columns: readonly string[];
  readonly method: string;
  readonly definition: string;
  /** The definition if the index only had its method and columns. */
  readonly plain: string;
  /** Null: the index does not belong to a unique constraint. */
  readonly deferrable: Deferrable | null;
}

const indexSql = `
SELECT n.nspname AS schema, t.relname AS table, x.indisunique AS unique, x.indisprimary AS primary, k.columns, a.amname AS method,
       (SELECT CASE WHEN u.condeferred THEN 'deferred' WHEN u.condeferrable THEN 'immediate' ELSE 'no' END
          FROM pg_catalog.pg_constraint u WHERE u.conindid = x.indexrelid AND u.contype = 'u') AS deferrable,
       substr(d.text, strpos(d.text, ' USING ') + 1) AS definition,
       format('USING %I (%s)', a.amname, (SELECT string_agg(format('%I', c), ', ' ORDER BY o) FROM unnest(k.columns) WITH ORDINALITY u(c, o))) AS plain
  FROM pg_catalog.pg_index x
  JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
  JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
  JOIN pg_catalog.pg_am a ON a.oid = i.relam,
       LATERAL (SELECT pg_get_indexdef(x.indexrelid) AS text) d,
       LATERAL (SELECT array_agg(c.attname::text ORDER BY o) AS columns FROM unnest(x.indkey::int2[]) WITH ORDINALITY u(num, o)
                  JOIN pg_catalog.pg_attribute c ON c.attrelid = x.indrelid AND c.attnum = num) k
 WHERE x.indexrelid = to_regclass($1)`;
