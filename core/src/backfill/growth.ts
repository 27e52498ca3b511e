import type { TableStorage } from "../dialects/batches.js";

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

/** How much a table grows when so large a share of its rows is written anew, before anything is vacuumed: room on pages is used first. */
export function growthOf({ tableBytes, roomPercent }: TableStorage, share: number): number {
  const room = (tableBytes * roomPercent) / 100;
  return Math.round(Math.max(tableBytes - 2 * room, 0) * share);
}
