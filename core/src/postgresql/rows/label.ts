import { rowKey, type TableFacts } from "../../dialect/table.js";
import { quoteIdentifier, quoteLiteral } from "../quote.js";

/** Identifies a row in messages, as SQL: `id=5`. */
export function rowLabel(table: TableFacts): string {
  const key = rowKey(table).map(({ column }) => column);
  const keys = key.length > 0 ? key : ["ctid"];
  // format(): the names are part of the format string, so % is doubled.
  return `format(${quoteLiteral(keys.map((key) => `${key.replaceAll("%", "%%")}=%s`).join(", "))}, ${keys.map(quoteIdentifier).join(", ")})`;
}

/** The key that orders and identifies rows in SQL, or their physical position. */
export function rowOrder(table: Parameters<typeof rowLabel>[0]): string {
  const key = rowKey(table).map(({ column }) => quoteIdentifier(column));
  return (key.length > 0 ? key : ["ctid"]).join(", ");
}
