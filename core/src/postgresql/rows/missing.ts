import type { Rows } from "../../dialect/rows.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import { rowLabel } from "./label.js";

/** Rows store their transaction, and with `track_commit_timestamp` the server records when it committed. */
export const missing: Rows["missing"] = async (connection, table, column, { since, limit }) => {
  const setting = await connection.query<{ value: string }>(
    "SELECT current_setting('track_commit_timestamp') AS value",
  );
  const hasTimes = setting.rows[0]?.value === "on";
  if (since !== undefined && since.mark === undefined && !hasTimes) return undefined;
  // If the server does not track them, the function raises an error.
  const time = hasTimes ? "pg_xact_commit_timestamp(xmin)" : "NULL::timestamptz";
  const later = `AND coalesce(${time} > $1::timestamptz, age(xmin) < age($2::text::xid), false)`;
  const { rows } = await connection.query<{ count: number; sample: string | null; first: string; last: string }>(
    `SELECT count(*)::int AS count, min(label) AS sample, ${moment("min")} AS first, ${moment("max")} AS last
     FROM (SELECT ${rowLabel(table)} AS label, ${time} AS written
           FROM ${quoteTable(table)} WHERE ${quoteIdentifier(column)} IS NULL ${since === undefined ? "" : later} LIMIT ${limit}) x`,
    since === undefined ? [] : [since.at, since.mark ?? null],
  );
  const { count, sample, first, last } = rows[0]!;
  return { count, sample: sample ?? undefined, ...(first && { first }), ...(last && { last }) };
};

function moment(aggregate: "min" | "max"): string {
  return `to_char(${aggregate}(written) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
