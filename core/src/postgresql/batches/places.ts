import type { Batches } from "../../dialect/batches.js";
import type { KeyColumn } from "../../model/plan.js";

/** The physical position of a row: its page, and its number there. */
export const places: readonly KeyColumn[] = [{ column: "ctid", type: "tid" }];

/** Smaller tables fit into memory in any order. */
const leastPages = 1000;
/** The minimum correlation of key order and page order, by the statistics. 1 and -1 count the same. */
const leastCorrelation = 0.9;

/**
 * Since version 14, a range of row positions only reads its own pages. Before, each batch would read the whole table. Other storage engines
 * may lack this scan.
 */
export const placesOf: NonNullable<Batches["placesOf"]> = async (connection, { oid, schema, name }, [first]) => {
  if (connection.serverVersion < 140_000) return undefined;
  const { rows } = await connection.query<{ pages: string; correlation: number | null }>(
    `SELECT (pg_relation_size(c.oid) / current_setting('block_size')::bigint)::text AS pages, s.correlation
       FROM pg_class c JOIN pg_am a ON a.oid = c.relam
       LEFT JOIN pg_stats s ON s.schemaname = $2 AND s.tablename = $3 AND s.attname = $4
      WHERE c.oid = $1 AND c.relkind = 'r' AND a.amname = 'heap'`,
    [oid, schema, name, first?.column],
  );
  if (rows[0] === undefined) return undefined;
  const pages = Number(rows[0].pages);
  const { correlation } = rows[0];
  return {
    order: places,
    upTo: [`(${pages},0)`],
    isBetter: pages >= leastPages && correlation !== null && Math.abs(correlation) < leastCorrelation,
  };
};
