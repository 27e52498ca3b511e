import type { TableStorage } from "../dialect/batches.js";

/** What a table has become while a run was at it, writers included. */
export interface Growth {
  readonly tableGrowthBytes: number;
  readonly indexGrowthBytes: number;
  /** Of the new versions of rows, how many stayed on their page and touched no index; absent where nobody counts. */
  readonly hotPercent?: number;
  /** There are now. */
  readonly deadRows?: number;
}

export function growthBetween(before: TableStorage, after: TableStorage): Growth {
  const updates = (after.updates ?? 0) - (before.updates ?? 0);
  const hot = (after.hotUpdates ?? 0) - (before.hotUpdates ?? 0);
  return {
    tableGrowthBytes: after.tableBytes - before.tableBytes,
    indexGrowthBytes: after.indexBytes - before.indexBytes,
    ...(updates > 0 ? { hotPercent: Math.round((hot / updates) * 100) } : {}),
    ...(after.deadRows === undefined ? {} : { deadRows: after.deadRows }),
  };
}

/**
 * How much a table grows when a share of its rows is written anew, before anything is vacuumed. New versions are wider than their rows,
 * take the room on pages first, and leave as much room on pages of their own.
 *
 * @param widerBytes what the new versions of all rows have more than these; 0: not known
 */
export function growthOf({ tableBytes, roomPercent }: TableStorage, share: number, widerBytes: number): number {
  const room = (tableBytes * roomPercent) / 100;
  const overflow = Math.max(tableBytes - 2 * room + widerBytes, 0);
  return Math.round((overflow / (1 - roomPercent / 100)) * share);
}
