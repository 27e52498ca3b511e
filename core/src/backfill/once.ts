import type { Connection } from "../db/connection.js";
import { type BackfillId, type BackfillRecord, beginBackfill, readBackfill } from "../ledger/backfills.js";
import { inKeyTransaction, type KeyValues } from "./keys.js";
import { type FillTarget, lastKey } from "./statements.js";

/**
 * Enters the pass over columns that stay optional. It ends at the greatest key of its first start: rows that come later were
 * written by code that could choose. Once done, it is never made again, for a NULL may have been chosen since.
 */
export async function beginOnce(
  connection: Connection,
  id: BackfillId,
  target: FillTarget,
  begin: Parameters<typeof beginBackfill>[2],
): Promise<BackfillRecord> {
  const known = await readBackfill(connection, id);
  if (known?.status === "done" && JSON.stringify(known.work) === JSON.stringify(begin.work)) return known;
  const { rows } = await inKeyTransaction(connection, { isReadOnly: true, settings: { row_security: "off" } }, () =>
    connection.query<{ key: KeyValues }>(lastKey(target)),
  );
  const upTo = rows[0]?.key;
  // An empty table is passed already.
  const start = upTo === undefined ? ({ phase: "sweep" } as const) : ({ phase: "pass", after: null, upTo } as const);
  return beginBackfill(connection, id, { ...begin, start });
}
