import type { Batches } from "../../dialect/batches.js";
import type { KeyColumn } from "../../model/plan.js";

/** Where a row lies: its page, and its number there. */
export const places: readonly KeyColumn[] = [{ column: "ctid", type: "tid" }];

/** Below this, everything is in memory in any order. */
const leastPages = 1000;
/** Of the key's order with that of the pages, by the statistics: 1 or -1 is the same. */
const leastCorrelation = 0.9;

/**
 * Since version 14 a range of places is read from its pages alone; before, each batch would read the whole table. Tables of other
 * storage engines may have no such scan.
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
