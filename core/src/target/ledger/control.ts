import * as z from "zod";
import type { Connection } from "../../dialect/connection.js";
import { inTransaction } from "../../dialect/db/transaction.js";
import type { BackfillId } from "../../dialect/ledger-store.js";
import { moment, readRow } from "./read.js";
import { ledgerError } from "./schema.js";

const wish = z.object({ who: z.string(), at: moment, why: z.string().optional() });

/** Control requests for a backfill's runs, from any terminal. Every worker reads them about once a second. */
export const controlSchema = z.object({
  /** No batch starts until the pause is withdrawn. */
  paused: wish.optional(),
  /** Every worker ends after its batch. The next run withdraws the request. */
  cancelled: wish.optional(),
  /** Options of `backfill run` by name, as typed. They override those that a worker was started with. */
  settings: z.record(z.string(), z.string()).default({}),
});

export type Control = Readonly<z.output<typeof controlSchema>>;

/**
 * Changes the control requests, one session at a time.
 * @returns the values before and after; undefined: the backfill has never started there
 */
export async function changeControl(
  connection: Connection,
  id: BackfillId,
  change: (control: Control) => Control,
): Promise<{ readonly before: Control; readonly after: Control } | undefined> {
  const { ledger } = connection.dialect.live;
  try {
    // A finishing batch locks the row for a few milliseconds.
    return await inTransaction(connection, { limits: { lockTimeoutMs: 60_000 } }, async () => {
      const before = read(connection, await ledger.control(connection, id, true));
      if (before === undefined) return undefined;
      const after = change(before);
      await ledger.setControl(connection, id, after);
      return { before, after };
    });
  } catch (error) {
    throw ledgerError(connection, error);
  }
}

function read(connection: Connection, row: Readonly<Record<string, unknown>> | undefined): Control | undefined {
  return row && readRow(controlSchema, row.control, "backfills", connection);
}
