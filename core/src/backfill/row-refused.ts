import { isDatabaseError } from "../db/retry.js";
import { inTransaction } from "../db/transaction.js";
import { LockstepError } from "../errors.js";
import { filledValue } from "../facts/check-unique.js";
import { quoteIdentifier } from "../sql/postgres/quote.js";
import type { BackfillSession } from "./session.js";

/** The error of a batch that has come down to one row: which one, why, and who has its value already. */
export async function rowRefused(session: BackfillSession, key: string, cause: unknown): Promise<LockstepError> {
  const { id, target } = session;
  const { message, detail, hint, code } = isDatabaseError(cause)
    ? cause
    : { message: String(cause), detail: "", hint: "", code: "" };
  const others = code === "23505" ? await rowsWithItsValue(session, key) : [];
  const row = `"${id.table.name}" row ${target.key}=${key}`;
  const same =
    others.length > 0 ? ` The same value is in ${others.map((other) => `${target.key}=${other}`).join(", ")}.` : "";
  return new LockstepError(
    "LS5006",
    `${row} on ${session.connection.label}: ${message}${detail ? ` (${detail})` : ""}${same}`,
    {
      ...(hint ? { hint } : {}),
      details: { key, sqlState: code, others },
      cause,
    },
  );
}

async function rowsWithItsValue({ connection, target }: BackfillSession, key: string): Promise<readonly string[]> {
  const found: string[] = [];
  const value = (name: string) => {
    const column = target.columns.find((each) => each.name === name);
    return column === undefined ? quoteIdentifier(name) : filledValue(column);
  };
  for (const unique of target.uniqueKeys) {
    const sql = `WITH refused AS (SELECT ${unique.map((name, at) => `${value(name)} AS k${at}`).join(", ")} FROM ${target.table} WHERE ${target.key} = $1::${target.keyType})
      SELECT o.${target.key}::text AS key FROM ${target.table} o JOIN refused r ON ${unique.map((name, at) => `o.${quoteIdentifier(name)} = r.k${at}`).join(" AND ")}
       WHERE o.${target.key} <> $1::${target.keyType} LIMIT 3`;
    // Only to make the message better: it must not take the place of the real error.
    const settings = { statement_timeout: 5000, row_security: "off" };
    const other = await inTransaction(connection, { isReadOnly: true, settings }, () =>
      connection.query<{ key: string }>(sql, [key]),
    ).catch(() => undefined);
    found.push(...(other?.rows ?? []).map((row) => row.key));
  }
  return found;
}
