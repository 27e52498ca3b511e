import { rowKey, type TableFacts } from "../../dialect/table.js";
import { textOf } from "../batches/keys.js";
import { quoteIdentifier, quoteText } from "../quote.js";

/** Identifies a row in messages, as SQL: `id=5`. A row without a key has no label. */
export function rowLabel(table: TableFacts): string {
  const parts = rowKey(table).map(
    ({ column, type }, at) =>
      `${quoteText(`${at === 0 ? "" : ", "}${column}=`)}, ${textOf(quoteIdentifier(column), type)}`,
  );
  return parts.length === 0 ? "'a row'" : `CONCAT(${parts.join(", ")})`;
}

/** ` ORDER BY …` by the key of the table named `t`, even if the statement uses the same column name elsewhere. */
export function rowOrder(table: TableFacts): string {
  const key = rowKey(table).map(({ column }) => `t.${quoteIdentifier(column)}`);
  return key.length === 0 ? "" : ` ORDER BY ${key.join(", ")}`;
}
