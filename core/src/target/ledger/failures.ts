import * as z from "zod";
import type { Connection } from "../../dialect/connection.js";
import type { BackfillId } from "../../dialect/ledger-store.js";
import { keyValues } from "./backfills.js";
import { count, moment, readRow } from "./read.js";
import { ledgerError } from "./schema.js";

const failureSchema = z.object({ key: keyValues, code: z.string(), at: moment, total: count });

/** A row without a value: its key, and the SQLSTATE of the error. */
export type Failure = Readonly<Omit<z.output<typeof failureSchema>, "total">>;

/** Rows that the last run could not fill: at most `limit` of them, and their total number. */
export async function readFailures(
  connection: Connection,
  id: BackfillId,
  limit: number,
): Promise<{ readonly failures: readonly Failure[]; readonly total: number }> {
  try {
    const rows = await connection.dialect.live.ledger.failures(connection, id, limit);
    const failures = rows.map((row) => readRow(failureSchema, row, "failures", connection));
    return { failures: failures.map(({ key, code, at }) => ({ key, code, at })), total: failures[0]?.total ?? 0 };
  } catch (error) {
    throw ledgerError(connection, error);
  }
}
