import { rowKey, type TableFacts } from "../../dialect/table.js";
import { quoteIdentifier, quoteLiteral } from "../quote.js";

/** What names a row in messages, as SQL: `id=5`. */
export function rowLabel(table: TableFacts): string {
  const key = rowKey(table).map(({ column }) => column);
  const keys = key.length > 0 ? key : ["ctid"];
  // format(): the names are part of its format, where % is doubled.
  return `format(${quoteLiteral(keys.map((key) => `${key.replaceAll("%", "%%")}=%s`).join(", "))}, ${keys.map(quoteIdentifier).join(", ")})`;
}

/** What rows are ordered by and named with in SQL: their key, or where they stand. */
export function rowOrder(table: Parameters<typeof rowLabel>[0]): string {
  const key = rowKey(table).map(({ column }) => quoteIdentifier(column));
  return (key.length > 0 ? key : ["ctid"]).join(", ");
}
