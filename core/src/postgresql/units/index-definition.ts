import type { UnitIndex } from "../../model/plan.js";
import { quoteIdentifier, quoteLiteral } from "../quote.js";

/** `CREATE UNIQUE INDEX` or `CREATE INDEX`. */
export function createIndexWords(index: UnitIndex): string {
  return `CREATE ${index.isUnique ? "UNIQUE " : ""}INDEX`;
}

/** The index definition after the table: `("handle")`, ` USING "hash" ("handle")`, or the ORM's text for other indexes. */
export function indexColumns(index: UnitIndex): string {
  if (index.definition !== undefined) return ` ${index.definition}`;
  const using = index.method === "btree" ? "" : ` USING ${quoteIdentifier(index.method)} `;
  return `${using}(${index.columns.map(quoteIdentifier).join(", ")})`;
}

/** SQL for the expected `indexDefinition` of the planned index. %I quotes like pg_get_indexdef, so this needs no keyword list. */
export function expectedDefinition({ isUnique, columns, method }: UnitIndex): string {
  const expected = `${isUnique ? "UNIQUE " : ""}USING %I (${columns.map(() => "%I").join(", ")})`;
  return `format(${[expected, method, ...columns].map(quoteLiteral).join(", ")})`;
}

/** SQL for an index definition without its name and table. `row` is a row of pg_index. */
export function indexDefinition(row: string): string {
  const text = `pg_get_indexdef(${row}.indexrelid)`;
  return `CASE WHEN ${row}.indisunique THEN 'UNIQUE ' ELSE '' END || substr(${text}, strpos(${text}, ' USING ') + 1)`;
}
