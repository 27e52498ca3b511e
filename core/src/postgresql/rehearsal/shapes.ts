import type { Connection } from "../../dialect/connection.js";
import type { ColumnShape, TableShape } from "../../sql/rehearsal/shapes.js";

/** The tables to fill: without tables of the ORM or the server. Excludes generated columns, which the server fills. */
export async function readShapes(connection: Connection): Promise<readonly TableShape[]> {
  const { rows: tables } = await connection.query<Pick<TableShape, "oid" | "schema" | "name" | "quoted">>(
    `SELECT c.oid::text, n.nspname::text AS schema, c.relname::text AS name, format('%I.%I', n.nspname, c.relname) AS quoted
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
        AND n.nspname NOT IN ('information_schema', 'lockstep')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      ORDER BY 2, 3`,
  );
  const { rows: columns } = await connection.query<ColumnShape & { readonly oid: string }>(
    `WITH RECURSIVE base AS (
       SELECT oid AS type, oid AS base, typtypmod AS typmod FROM pg_type WHERE typtype <> 'd'
       UNION ALL SELECT d.oid, base.base, CASE WHEN d.typtypmod >= 0 THEN d.typtypmod ELSE base.typmod END
         FROM pg_type d JOIN base ON d.typbasetype = base.type WHERE d.typtype = 'd')
     SELECT a.attrelid::text AS oid, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type,
            format_type(base.base, CASE WHEN a.atttypmod >= 0 THEN a.atttypmod ELSE base.typmod END) AS "baseType",
            ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = base.base ORDER BY enumsortorder) AS labels,
            CASE WHEN t.typelem <> 0 AND t.typcategory = 'A' THEN format_type(t.typelem, NULL) END AS "elementType",
            a.attnotnull OR (SELECT typnotnull FROM pg_type WHERE oid = a.atttypid) AS "isRequired"
       FROM pg_attribute a JOIN base ON base.type = a.atttypid JOIN pg_type t ON t.oid = base.base
      WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attrelid, a.attnum`,
    [tables.map(({ oid }) => oid)],
  );
  const { rows: keys } = await connection.query<{ oid: string; columns: string[] }>(
    // pg_depend lists the columns of an expression or predicate.
    `SELECT i.indrelid::text AS oid,
            CASE WHEN 0 = ANY (i.indkey::int2[]) OR i.indpred IS NOT NULL
                 THEN ARRAY(SELECT DISTINCT a.attname::text FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                             WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = i.indrelid AND d.refobjsubid > 0)
                 ELSE ARRAY(SELECT a.attname::text FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) WITH ORDINALITY k(attnum, at)
                              JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum ORDER BY k.at) END AS columns
       FROM pg_index i WHERE i.indrelid = ANY ($1::oid[]) AND (i.indisunique OR i.indisexclusion) ORDER BY i.indisprimary DESC, i.indnkeyatts`,
    [tables.map(({ oid }) => oid)],
  );
  const { rows: constraints } = await connection.query<{
    oid: string;
    type: string;
    name: string;
    definition: string;
    columns: string[];
    to: string | null;
    toColumns: string[];
  }>(
    `SELECT k.conrelid::text AS oid, k.contype::text AS type, k.conname::text AS name, pg_get_constraintdef(k.oid) AS definition,
            ${columnsSql("k.conrelid", "k.conkey")} AS columns, nullif(k.confrelid, 0)::text AS to, ${columnsSql("k.confrelid", "k.confkey")} AS "toColumns"
       FROM pg_constraint k WHERE k.conrelid = ANY ($1::oid[]) AND k.contype IN ('c', 'f') ORDER BY k.conname`,
    [tables.map(({ oid }) => oid)],
  );
  return tables.map((table) => {
    const own = <T extends { oid: string }>(all: readonly T[]) => all.filter(({ oid }) => oid === table.oid);
    return {
      ...table,
      columns: own(columns),
      uniqueKeys: own(keys).map((key) => key.columns),
      foreignKeys: own(constraints).flatMap(({ type, columns: from, to, toColumns }) =>
        type === "f" && to !== null ? [{ columns: from, to, toColumns }] : [],
      ),
      checks: own(constraints).filter(({ type }) => type === "c"),
    };
  });
}

const columnsSql = (relation: string, key: string) =>
  `ARRAY(SELECT a.attname::text FROM unnest(${key}) WITH ORDINALITY u(attnum, at)
          JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = u.attnum ORDER BY u.at)`;
