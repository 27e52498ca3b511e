import type { TableName } from "../../model/index.js";
import { quoteIdentifier } from "../quote.js";
import type { Parser } from "../read/parser.js";
import { readParameters } from "./parameters.js";

/**
 * An INSERT as a new build would send it, with a value for additional columns.
 *
 * @example withColumns(parser, `INSERT INTO "User" ("email") VALUES ($1)`, { name: "User" }, ["handle"])
 * // INSERT INTO "User" ("handle", "email") VALUES ($2, $1)
 * @returns undefined for one without a VALUES list
 */
export function withColumns(
  parser: Parser,
  sql: string,
  table: TableName,
  columns: readonly string[],
): string | undefined {
  const { addsRows, tables, uses } = readParameters(parser, sql);
  if (!addsRows || !tables.includes(table.name)) return undefined;
  let next = Math.max(0, ...uses.keys());
  const bytes = Buffer.from(sql);
  const inserted: { readonly at: number; readonly text: string }[] = [];
  const names = columns.map((name) => `${quoteIdentifier(name)}, `).join("");
  let depth = 0;
  let list: "columns" | "rows" | undefined;
  for (const { tokenName, start, end } of parser.scan(sql)) {
    const word = bytes.subarray(start, end).toString().toUpperCase();
    if (word === "INTO" && depth === 0) list = "columns";
    else if (word === "VALUES" && depth === 0) {
      // Without a column list, it is unknown which column a value belongs to.
      if (list !== undefined) return undefined;
      list = "rows";
    } else if (["ON", "RETURNING", "SELECT"].includes(word) && depth === 0) list = undefined;
    if (word === "(" && tokenName !== "SCONST") {
      if (depth === 0 && list === "columns") inserted.push({ at: end, text: names });
      else if (depth === 0 && list === "rows")
        inserted.push({ at: end, text: columns.map(() => `$${++next}, `).join("") });
      if (depth === 0 && list === "columns") list = undefined;
      depth++;
    } else if (word === ")") depth--;
  }
  if (inserted.length < 2) return undefined;
  let text = "";
  let from = 0;
  for (const each of inserted) {
    text += bytes.subarray(from, each.at).toString() + each.text;
    from = each.at;
  }
  return text + bytes.subarray(from).toString();
}
