import type { FillTarget } from "../dialect/batches.js";
import type { Connection } from "../dialect/connection.js";
import type { Cursor } from "../dialect/ledger-store.js";
import type { TableFacts } from "../dialect/table.js";
import { hasChildren } from "../target/facts/children.js";
import type { BackfillRecord } from "../target/ledger/backfills.js";

/**
 * Decides what a pass goes by: the key, or, where keys lie all over the table (random UUIDs), the places of the rows. An UPDATE of a
 * writer's may move a row behind the cursor; the sweep finds it. A pass that is made once has no sweep, and goes by the key.
 *
 * @param known the backfill as the ledger has it: a pass goes on in its own order
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

/** Where a pass begins. One by places ends where the table does now: new versions of its own rows come behind it. */
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
