import type { Connection } from "../../dialect/connection.js";
import type { ColumnStats } from "../../dialect/stats/stats-file.js";
import { rounded } from "./rounded.js";
import { isOfApplication } from "./tables.js";

interface Read {
  readonly oid: string;
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly nulls: number | null;
  readonly width: number | null;
  readonly distinct: number | null;
  readonly common: readonly number[] | null;
  readonly correlation: number | null;
  readonly least: string | null;
  readonly greatest: string | null;
}

/**
 * The distribution of column values in application tables, by table oid. Only facts of pg_stats that contain no values, plus the minimum
 * and maximum of integer keys.
 * @returns `unseen`: tables with rows but without statistics
 */
export async function readColumns(connection: Connection): Promise<{
  readonly columns: ReadonlyMap<string, Readonly<Record<string, ColumnStats>>>;
  readonly unseen: readonly string[];
}> {
  const { rows } = await connection.query<Read & { readonly hasRows: boolean }>(
    `SELECT c.oid::text, c.oid::regclass::text AS table, c.reltuples > 0 AS "hasRows", a.attname::text AS name,
            format_type(a.atttypid, a.atttypmod) AS type,
            s.null_frac::float8 AS nulls, s.avg_width::float8 AS width, s.n_distinct::float8 AS distinct,
            s.most_common_freqs::float8[] AS common, s.correlation::float8 AS correlation,
            ${ofKey("least", "[1]")}, ${ofKey("greatest", "[cardinality(s.histogram_bounds::text::text[])]")}
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
                           AND s.inherited = (c.relkind = 'p')
      WHERE ${isOfApplication} ORDER BY c.oid, a.attnum`,
  );
  const columns = new Map<string, Record<string, ColumnStats>>();
  const seen = new Map<string, boolean>();
  for (const row of rows) {
    const { oid, name, type, nulls, width, distinct, common, correlation, least, greatest, table, hasRows } = row;
    seen.set(table, (seen.get(table) ?? !hasRows) || nulls !== null);
    const of = columns.get(oid) ?? {};
    columns.set(oid, of);
    of[name] = {
      type,
      nulls: rounded(nulls ?? 0),
      width: width ?? 0,
      distinct: rounded(distinct ?? 0),
      ...(common === null ? {} : { common: common.map(rounded) }),
      ...(correlation === null ? {} : { correlation: rounded(correlation) }),
      ...(least === null || greatest === null ? {} : { range: [least, greatest] as [string, string] }),
    };
  }
  return { columns, unseen: [...seen].flatMap(([table, isSeen]) => (isSeen ? [] : [table])) };
}

const ofKey = (name: string, at: string) =>
  `CASE WHEN a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) AND EXISTS (
          SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'f') AND a.attnum = ANY (k.conkey))
        THEN (s.histogram_bounds::text::text[])${at} END AS ${name}`;
