import type { FillTarget } from "../dialect/batches.js";
import type { Connection } from "../dialect/connection.js";
import type { Cursor } from "../dialect/ledger-store.js";
import type { TableFacts } from "../dialect/table.js";
import { hasChildren } from "../target/facts/children.js";
import type { BackfillRecord } from "../target/ledger/backfills.js";

/**
 * Chooses the order of a pass: by key, or by row position if keys are scattered over the table (random UUIDs). A writer's UPDATE may move a
 * row behind the cursor, where the sweep finds it. A single pass has no sweep, so it uses the key.
 *
 * @param known the backfill's ledger record: a started pass keeps its order
 */
export async function inPassOrder(
  connection: Connection,
  table: TableFacts,
  target: FillTarget,
  isOnce: boolean,
  known: BackfillRecord | undefined,
): Promise<FillTarget> {
  const { placesOf } = connection.dialect.live.batches;
  if (placesOf === undefined || isOnce || hasChildren(table)) return target;
  const places = await placesOf(connection, table, target.key);
  if (places === undefined) return target;
  const { order, isBetter } = places;
  const isKnown = (key: FillTarget["key"]) => JSON.stringify(known?.work.key) === JSON.stringify(key);
  return isKnown(order) || (isBetter && !isKnown(target.key)) ? { ...target, order } : target;
}

/** Where a pass starts. A pass by position ends at the current end of the table, because the new versions of its own rows follow there. */
export async function startOfPass(
  connection: Connection,
  table: TableFacts,
  { key, order }: FillTarget,
): Promise<Cursor> {
  const start = { phase: "pass", after: null } as const;
  if (order === undefined) return start;
  const places = await connection.dialect.live.batches.placesOf?.(connection, table, key);
  return places === undefined ? start : { ...start, upTo: places.upTo };
}
