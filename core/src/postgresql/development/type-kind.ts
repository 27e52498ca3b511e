import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import { type TableName, tableLabel } from "../../model/names.js";
import type { TypeKind } from "../../model/verdict.js";
import { quoteTable } from "../quote.js";

/**
 * Whether a type is a domain with CHECK or NOT NULL, directly or through its base domain.
 *
 * @returns undefined if there is no such type
 * @throws LS7002 if the query fails
 */
export async function readTypeKind(connection: Connection, name: TableName): Promise<TypeKind | undefined> {
  try {
    const settings = { statement_timeout: 5000, lock_timeout: 5000 };
    const { rows } = await inTransaction(connection, { isReadOnly: true, settings }, () =>
      connection.query<{ readonly checked: boolean | null }>(kindSql, [quoteTable(name)]),
    );
    const checked = rows[0]?.checked ?? undefined;
    return checked === undefined ? undefined : checked ? "checked" : "plain";
  } catch (error) {
    throw refused(error, `Reading the type "${tableLabel(name)}" on ${connection.label}`);
  }
}

const kindSql = `
WITH RECURSIVE t AS (
  SELECT oid, typbasetype, typnotnull FROM pg_catalog.pg_type WHERE oid = to_regtype($1)
   UNION ALL
  SELECT b.oid, b.typbasetype, b.typnotnull FROM t JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype)
SELECT bool_or(typnotnull OR EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE contypid = t.oid)) AS checked FROM t`;
