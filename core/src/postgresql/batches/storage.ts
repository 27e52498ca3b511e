import type { Batches } from "../../dialect/batches.js";

/** A session publishes its statistics once a second. Since version 15 it can be forced to. */
export const storage: Batches["storage"] = async (connection, { oid }) => {
  if (connection.serverVersion >= 150_000) await connection.query("SELECT pg_stat_force_next_flush()");
  const { rows } = await connection.query<{
    table: string;
    indexes: string;
    room: number;
    updates: string | null;
    hot: string | null;
    dead: string | null;
  }>(
    `WITH RECURSIVE tree(oid) AS (SELECT $1::oid UNION SELECT inhrelid FROM pg_inherits JOIN tree ON inhparent = tree.oid)
     SELECT sum(pg_table_size(oid))::text AS "table", sum(pg_indexes_size(oid))::text AS indexes,
            100 - coalesce(min((SELECT option_value::int FROM pg_options_to_table(reloptions) WHERE option_name = 'fillfactor')), 100) AS room,
            sum(pg_stat_get_tuples_updated(oid))::text AS updates, sum(pg_stat_get_tuples_hot_updated(oid))::text AS hot,
            sum(pg_stat_get_dead_tuples(oid))::text AS dead
       FROM tree JOIN pg_class USING (oid)`,
    [oid],
  );
  const { table, indexes, room, updates, hot, dead } = rows[0]!;
  return {
    tableBytes: Number(table),
    indexBytes: Number(indexes),
    roomPercent: room,
    updates: Number(updates),
    hotUpdates: Number(hot),
    deadRows: Number(dead),
  };
};
