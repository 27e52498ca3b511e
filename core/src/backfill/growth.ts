import type { TableStorage } from "../dialect/batches.js";

/** How a table changed during a run, including other writers. */
export interface Growth {
  readonly tableGrowthBytes: number;
  readonly indexGrowthBytes: number;
  /** Percentage of new row versions that stayed on their page and touched no index. Absent if the server does not count them. */
  readonly hotPercent?: number;
  /** The current number. */
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
 * Estimates how much a table grows when a share of its rows is rewritten, before any vacuum. New versions are wider, first use the free
 * space on pages, and leave as much free space on new pages.
 *
 * @param widerBytes extra bytes of the new versions of all rows. 0: unknown
 */
export function growthOf({ tableBytes, roomPercent }: TableStorage, share: number, widerBytes: number): number {
  const room = (tableBytes * roomPercent) / 100;
  const overflow = Math.max(tableBytes - 2 * room + widerBytes, 0);
  return Math.round((overflow / (1 - roomPercent / 100)) * share);
}
