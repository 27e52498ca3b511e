import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import { isSameLedgerTable } from "../../dialect/ledger-store.js";
import { tableLabel } from "../../model/names.js";
import type { BackfillSpec } from "../../model/plan.js";
import type { BackfillRecord } from "../ledger/backfills.js";

/**
 * The record of a plan's backfill for the table that this connection resolves. Other schemas may have a table with that name, and a
 * recreated table has another history. Waits for no lock on the table.
 *
 * @throws LS7002 if the catalog cannot be read
 */
export async function recordOf(
  connection: Connection,
  records: readonly BackfillRecord[],
  { table: name, once }: BackfillSpec,
): Promise<BackfillRecord | undefined> {
  if (records.length === 0) return undefined;
  const table = await connection.dialect.live.systemCatalog.identity(connection, name).catch((error: unknown) => {
    throw refused(error, `Reading "${tableLabel(name)}" on ${connection.label}`);
  });
  if (table === undefined) return undefined;
  return records.find((record) => isSameLedgerTable(record.table, table) && record.once === (once === true));
}
