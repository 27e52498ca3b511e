import type { Connection } from "../dialects/connection.js";
import { isSameLedgerTable } from "../dialects/ledger-store.js";
import type { BackfillRecord } from "../ledger/backfills.js";
import type { BackfillSpec } from "../model/plan.js";
import { readTable } from "./table.js";

/**
 * The record of a plan's backfill on the table as this connection sees it: other schemas may have one of that name, and one that was dropped
 * and made again has another history.
 */
export async function recordOf(
  connection: Connection,
  records: readonly BackfillRecord[],
  { table: name, once }: BackfillSpec,
): Promise<BackfillRecord | undefined> {
  const table = records.length === 0 ? undefined : await readTable(connection, name);
  if (table === undefined) return undefined;
  return records.find((record) => isSameLedgerTable(record.table, table) && record.once === (once === true));
}
