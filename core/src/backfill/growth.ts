import type { TableStorage } from "../dialects/batches.js";

/** What a table has become while a run was at it, writers included. */
export interface Growth {
  readonly tableBytes: number;
  readonly indexBytes: number;
  /** Of the new versions of rows, how many stayed on their page and touched no index, 0 to 1; absent where nobody counts. */
  readonly hotShare?: number;
  /** There are now. */
  readonly deadRows?: number;
}

export function growthBetween(before: TableStorage, after: TableStorage): Growth {
  const updates = (after.updates ?? 0) - (before.updates ?? 0);
  const hot = (after.hotUpdates ?? 0) - (before.hotUpdates ?? 0);
  return {
    tableBytes: after.tableBytes - before.tableBytes,
    indexBytes: after.indexBytes - before.indexBytes,
    ...(updates > 0 ? { hotShare: hot / updates } : {}),
    ...(after.deadRows === undefined ? {} : { deadRows: after.deadRows }),
  };
}

/** How much a table grows when so large a share of its rows is written anew, before anything is vacuumed: room on pages is used first. */
export function growthOf({ tableBytes, roomPercent }: TableStorage, share: number): number {
  const room = (tableBytes * roomPercent) / 100;
  return Math.round(Math.max(tableBytes - 2 * room, 0) * share);
}
