import type { Connection } from "../dialect/connection.js";
import { type ChildFacts, type TableFacts, typeOf, type UserTrigger } from "../dialect/table.js";
import type { TableName } from "../model/names.js";
import { quoteTable } from "./quote.js";

/** Reads the catalog inside a transaction. @returns undefined if there is no such table */
export async function readTableFacts(connection: Connection, table: TableName): Promise<TableFacts | undefined> {
  const { rows } = await connection.query<TableRow>(tableSql, [quoteTable(table)]);
  const found = rows[0];
  if (found === undefined) return undefined;
  const keys = found.indexes.filter((index) => index.unique);
  const primary = keys.find((index) => index.primary);
  const columns = found.columns.map((column) => ({
    name: column.name,
    number: column.number,
    type: column.type,
    isNullable: column.nullable,
    isGenerated: column.generated,
    isIdentity: column.identity,
    hasDefault: column.default,
  }));
  return {
    oid: found.oid,
    schema: found.schema,
    name: found.name,
    isPartitioned: found.partitioned,
    partitionColumns: found.division,
    children: found.children,
    columns,
    primaryKey: primary?.columns.map((column) => ({ column, type: typeOf({ columns }, column) })) ?? [],
    uniqueKeys: keys.map((index) => ({
      name: index.name,
      columns: index.columns,
      isPrimary: index.primary,
      isValid: index.valid,
      isTotal: index.total,
      isOrdered: index.ordered,
    })),
    invalidIndexes: found.indexes.filter((index) => !index.valid).map(({ name, columns }) => ({ name, columns })),
    rowEstimate: await estimateRows(connection, found),
    sizeBytes: Number(found.bytes),
    userTriggers: found.triggers,
  };
}

interface TableRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly partitioned: boolean;
  readonly division: readonly (string | null)[];
  readonly children: readonly ChildFacts[];
  readonly bytes: string;
  readonly pages: string;
  readonly estimate: number | null;
  readonly columns: readonly {
    name: string;
    number: number;
    type: string;
    nullable: boolean;
    generated: boolean;
    identity: boolean;
    default: boolean;
  }[];
  readonly indexes: readonly {
    name: string;
    columns: string[];
    unique: boolean;
    primary: boolean;
    valid: boolean;
    total: boolean;
    ordered: boolean;
  }[];
  readonly triggers: readonly UserTrigger[];
}

// attnotnull is already true for a NOT VALID NOT NULL (PostgreSQL 18), so this reads pg_constraint.
// A row estimate is as old as the last ANALYZE: rows per page at that time, times the current number of pages, as in the planner. Pages
// also contain dead row versions. The live row count is another source, but is lost in a crash or reset, and other sessions' inserts appear
// after up to a second.
const tableSql = `
WITH t AS (SELECT * FROM pg_catalog.pg_class WHERE oid = to_regclass($1) AND relkind IN ('r', 'p')),
leaves AS (WITH RECURSIVE tree(leaf) AS (SELECT oid FROM t UNION SELECT inhrelid FROM pg_inherits JOIN tree ON inhparent = leaf)
           SELECT leaf FROM tree),
sizes AS (SELECT l.relpages, l.reltuples::float8 AS tuples, pg_total_relation_size(l.oid) AS bytes,
                 pg_relation_size(l.oid) / current_setting('block_size')::int AS pages,
                 pg_stat_get_live_tuples(l.oid)::float8 AS live, pg_stat_get_dead_tuples(l.oid)::float8 AS dead
            FROM leaves JOIN pg_class l ON l.oid = leaf WHERE l.relkind = 'r'),
keys AS (SELECT x.indrelid AS "on", i.relname AS name, x.indisunique AS is_unique, x.indisprimary AS is_primary,
                x.indisvalid AND x.indisready AS valid, x.indpred IS NULL AND x.indexprs IS NULL AS total,
                i.relam = (SELECT oid FROM pg_am WHERE amname = 'btree') AND c.ordered AS ordered, c.columns
           FROM leaves JOIN pg_index x ON x.indrelid = leaf JOIN pg_class i ON i.oid = x.indexrelid CROSS JOIN LATERAL (
             SELECT coalesce(json_agg(a.attname ORDER BY u.o) FILTER (WHERE a.attname IS NOT NULL), '[]') AS columns,
                    bool_and(q.opcdefault AND u.sorting = coalesce(a.attcollation, 0)) AND min(u.flags) = max(u.flags) AND min(u.flags) IN (0, 3) AS ordered
               FROM unnest(x.indkey::int2[], x.indclass::oid[], x.indcollation::oid[], x.indoption::int2[])
                      WITH ORDINALITY u(num, operators, sorting, flags, o)
               JOIN pg_opclass q ON q.oid = u.operators LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = u.num) c)
SELECT t.oid, n.nspname AS schema, t.relname AS name, t.relkind = 'p' AS partitioned,
  (SELECT coalesce(json_agg(DISTINCT a.attname), '[]') FROM leaves JOIN pg_partitioned_table d ON d.partrelid = leaf CROSS JOIN unnest(d.partattrs::int2[]) num
     LEFT JOIN pg_attribute a ON a.attrelid = leaf AND a.attnum = num) AS division,
  (SELECT coalesce(json_agg(json_build_object('schema', cn.nspname, 'name', c.relname, 'isForeign', c.relkind = 'f',
            'required', (SELECT coalesce(json_agg(a.attname), '[]') FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnotnull AND NOT a.attisdropped),
            'sorted', (SELECT coalesce(json_agg(k.columns), '[]') FROM keys k WHERE k."on" = c.oid AND k.valid AND k.total AND k.ordered))
            ORDER BY cn.nspname, c.relname), '[]')
     FROM leaves JOIN pg_class c ON c.oid = leaf JOIN pg_namespace cn ON cn.oid = c.relnamespace
    WHERE c.oid <> t.oid AND c.relkind <> 'p') AS children,
  (SELECT coalesce(sum(bytes), 0) FROM sizes) AS bytes,
  (SELECT coalesce(sum(pages), 0) FROM sizes) AS pages,
  (SELECT CASE WHEN bool_and(relpages > 0 OR pages = 0) THEN sum(greatest(tuples / greatest(relpages, 1) * pages - dead, live)) END FROM sizes) AS estimate,
  (SELECT coalesce(json_agg(json_build_object('name', a.attname, 'number', a.attnum, 'type', format_type(a.atttypid, a.atttypmod),
            'nullable', NOT a.attnotnull OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid
               AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum] AND NOT k.convalidated),
            'generated', a.attgenerated <> '', 'identity', a.attidentity <> ''
              OR EXISTS (SELECT FROM pg_attrdef d WHERE d.adrelid = t.oid AND d.adnum = a.attnum AND pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%'), 'default', a.atthasdef) ORDER BY a.attnum), '[]')
     FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
  (SELECT coalesce(json_agg(json_build_object('name', k.name, 'unique', k.is_unique, 'primary', k.is_primary,
            'valid', k.valid, 'total', k.total, 'ordered', k.ordered, 'columns', k.columns) ORDER BY k.name), '[]')
     FROM keys k WHERE k."on" = t.oid) AS indexes,
  (SELECT coalesce(json_agg(json_build_object('kind', kind, 'name', name, 'calls', calls, 'columns', columns)
            ORDER BY kind, name), '[]')
     FROM (SELECT DISTINCT 'trigger' AS kind, g.tgname::text AS name, g.tgfoid::regprocedure::text AS calls,
             ARRAY(SELECT a.attname::text FROM unnest(g.tgattr::int2[]) num
                     JOIN pg_attribute a ON a.attrelid = g.tgrelid AND a.attnum = num) AS columns
             FROM (SELECT leaf AS relation FROM leaves UNION SELECT oid FROM t) r JOIN pg_trigger g ON g.tgrelid = r.relation
            WHERE NOT g.tgisinternal AND g.tgtype & 16 = 16 AND g.tgenabled IN ('O', 'A') AND NOT starts_with(g.tgname, 'zz_lockstep_')
           UNION ALL SELECT 'rule', w.rulename::text, '', '{}'
             FROM pg_rewrite w WHERE w.ev_class = t.oid AND w.ev_type = '2' AND w.ev_enabled IN ('O', 'A')) f) AS triggers
FROM t JOIN pg_namespace n ON n.oid = t.relnamespace`;

/** Without statistics, uses the planner's guess from the table size and column widths. */
async function estimateRows(connection: Connection, table: TableRow): Promise<number> {
  if (Number(table.pages) === 0) return 0;
  if (table.estimate !== null) return Math.round(table.estimate);
  return plannedRows(connection, `SELECT FROM ${quoteTable(table)}`);
}

/** The planner's row estimate for a query. */
export async function plannedRows(connection: Connection, sql: string, values?: readonly unknown[]): Promise<number> {
  const { rows } = await connection.query<{ "QUERY PLAN": [{ Plan: { "Plan Rows": number } }] }>(
    `EXPLAIN (FORMAT JSON) ${sql}`,
    values,
  );
  return rows[0]?.["QUERY PLAN"][0].Plan["Plan Rows"] ?? 0;
}
