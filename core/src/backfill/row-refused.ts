import { isDatabaseError } from "../db/retry.js";
import { LockstepError } from "../errors.js";
import { filledValue } from "../facts/check-unique.js";
import { quoteIdentifier } from "../sql/postgres/quote.js";
import { inKeyTransaction, type KeyValues, keyLabel, keyParameters, keyRow, keyText } from "./keys.js";
import type { BackfillSession } from "./session.js";

/** The error of a batch that has come down to one row: which one, why, and who has its value already. */
export async function rowRefused(session: BackfillSession, key: KeyValues, cause: unknown): Promise<LockstepError> {
  const { id, target } = session;
  const { message, detail, hint, code } = isDatabaseError(cause)
    ? cause
    : { message: String(cause), detail: "", hint: "", code: "" };
  const others = code === "23505" ? await rowsWithItsValue(session, key) : [];
  const row = `"${id.table.name}" row ${keyLabel(target.key, key)}`;
  const same =
    others.length > 0 ? ` The same value is in ${others.map((other) => keyLabel(target.key, other)).join("; ")}.` : "";
  return new LockstepError(
    "LS5006",
    `${row} on ${session.connection.label}: ${message}${detail ? ` (${detail})` : ""}${same}`,
    {
      ...(code === "23503"
        ? { hint: "Insert the row that the value leads to, then run the same command again: it goes on at this row." }
        : hint
          ? { hint }
          : {}),
      details: { key, sqlState: code, others },
      cause,
    },
  );
}

async function rowsWithItsValue(
  { connection, target }: BackfillSession,
  key: KeyValues,
): Promise<readonly KeyValues[]> {
  const found: KeyValues[] = [];
  const given = keyParameters(target.key, 1);
  const value = (name: string) => {
    const column = target.columns.find((each) => each.name === name);
    return column?.fill === undefined ? quoteIdentifier(name) : filledValue({ ...column, fill: column.fill });
  };
  for (const unique of target.uniqueKeys) {
    const sql = `WITH refused AS (SELECT ${unique.map((name, at) => `${value(name)} AS k${at}`).join(", ")} FROM ${target.table} t WHERE ${keyRow(target.key, "t")} = ${given})
      SELECT ${keyText(target.key, "o")} AS key FROM ${target.table} o JOIN refused r ON ${unique.map((name, at) => `o.${quoteIdentifier(name)} = r.k${at}`).join(" AND ")}
       WHERE ${keyRow(target.key, "o")} <> ${given} LIMIT 3`;
    // Only to make the message better: it must not take the place of the real error.
    const settings = { statement_timeout: 5000, row_security: "off" };
    const other = await inKeyTransaction(connection, { isReadOnly: true, settings }, () =>
      connection.query<{ key: KeyValues }>(sql, key),
    ).catch(() => undefined);
    found.push(...(other?.rows ?? []).map((row) => row.key));
  }
  return found;
}
