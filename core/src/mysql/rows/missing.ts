import type { Rows } from "../../dialect/rows.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import { rowLabel } from "./label.js";

/** InnoDB knows which transaction wrote a row, but does not report it. */
export const missing: Rows["missing"] = async (connection, table, column, { since, limit }) => {
  if (since !== undefined) return undefined;
  const { rows } = await connection.query<{ count: number | string; sample: string | null }>(
    `SELECT COUNT(*) AS count, MIN(label) AS sample
     FROM (SELECT ${rowLabel(table)} AS label FROM ${quoteTable(table)} WHERE ${quoteIdentifier(column)} IS NULL LIMIT ${limit}) x`,
  );
  return { count: Number(rows[0]!.count), sample: rows[0]!.sample ?? undefined };
};
