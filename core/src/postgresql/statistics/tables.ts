import type { Connection } from "../../dialect/connection.js";
import type { TableStats } from "../../dialect/stats/stats-file.js";

/** Application tables: excludes tables of the server, extensions and the ledger, and temporary tables. */
export const isOfApplication = `c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
    AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'lockstep')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

type Read = Omit<TableStats, "columns"> & { readonly oid: string };

/** Table sizes and write counts, sorted by name. */
export async function readTables(connection: Connection): Promise<readonly Read[]> {
  const { rows } = await connection.query<
    Omit<Read, "writes" | "deadRows"> & {
      readonly inserted: number | null;
      readonly updated: number | null;
      readonly deleted: number | null;
      readonly dead: number | null;
    }
  >(
    `SELECT c.oid::text, n.nspname::text AS schema, c.relname::text AS name,
            CASE WHEN c.relkind = 'p' THEN 'partitioned' WHEN c.relispartition THEN 'partition' ELSE 'table' END AS kind,
            greatest(c.reltuples, 0)::float8 AS rows,
            CASE WHEN c.relkind = 'r' THEN pg_table_size(c.oid) ELSE 0 END::float8 AS bytes,
            CASE WHEN c.relkind = 'r' THEN pg_indexes_size(c.oid) ELSE 0 END::float8 AS "indexBytes",
            s.n_dead_tup::float8 AS dead, s.n_tup_ins::float8 AS inserted, s.n_tup_upd::float8 AS updated, s.n_tup_del::float8 AS deleted
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
      WHERE ${isOfApplication} ORDER BY 2, 3`,
  );
  return rows.map(({ inserted, updated, deleted, dead, ...table }) => ({
    ...table,
    ...(dead === null ? {} : { deadRows: dead }),
    ...(inserted === null ? {} : { writes: { inserted, updated: updated ?? 0, deleted: deleted ?? 0 } }),
  }));
}
