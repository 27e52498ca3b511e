import type { UnitIndex } from "../../model/plan.js";
import { quoteIdentifier, quoteLiteral } from "../quote.js";

/** `CREATE UNIQUE INDEX` or `CREATE INDEX`. */
export function createIndexWords(index: UnitIndex): string {
  return `CREATE ${index.isUnique ? "UNIQUE " : ""}INDEX`;
}

/** What follows the table: `("handle")`, ` USING "hash" ("handle")`, or the text of the ORM where the index is more than that. */
export function indexColumns(index: UnitIndex): string {
  if (index.definition !== undefined) return ` ${index.definition}`;
  const using = index.method === "btree" ? "" : ` USING ${quoteIdentifier(index.method)} `;
  return `${using}(${index.columns.map(quoteIdentifier).join(", ")})`;
}

/** SQL: how `indexDefinition` reads for the planned index. %I quotes as pg_get_indexdef does, so no list of keywords is needed here. */
export function expectedDefinition({ isUnique, columns, method }: UnitIndex): string {
  const expected = `${isUnique ? "UNIQUE " : ""}USING %I (${columns.map(() => "%I").join(", ")})`;
  return `format(${[expected, method, ...columns].map(quoteLiteral).join(", ")})`;
}

/** SQL: what an index is, without its name and table. `row` names a row of pg_index. */
export function indexDefinition(row: string): string {
  const text = `pg_get_indexdef(${row}.indexrelid)`;
  return `CASE WHEN ${row}.indisunique THEN 'UNIQUE ' ELSE '' END || substr(${text}, strpos(${text}, ' USING ') + 1)`;
}
