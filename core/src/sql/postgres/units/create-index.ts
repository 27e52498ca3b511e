import { qualified, quoteIdentifier, quoteTable } from "../quote.js";
import type { SpecOf, UnitText } from "./unit-text.js";

type IndexSpec = SpecOf<"create-index" | "assert-index">;

/**
 * Builds the index while reads and writes go on. Alone in its file: it cannot run inside a transaction or a block.
 * Without IF NOT EXISTS, which accepts the invalid index that a failed build leaves behind.
 */
export function createIndex(spec: IndexSpec): string {
  return `${createIndexStatement(spec)};\n`;
}

/** `CREATE UNIQUE INDEX CONCURRENTLY "User_handle_key" ON "User"("handle")` */
export function createIndexStatement({ table, index }: IndexSpec): string {
  const unique = index.isUnique ? "UNIQUE " : "";
  const using = index.method === "btree" ? "" : ` USING ${quoteIdentifier(index.method)} `;
  const columns = index.columns.map(quoteIdentifier).join(", ");
  return `CREATE ${unique}INDEX CONCURRENTLY ${quoteIdentifier(index.name)} ON ${quoteTable(table)}${using}(${columns})`;
}

/** Removes it, also when it is invalid or was never built. */
export function dropIndexStatement({ table, index }: IndexSpec): string {
  return `DROP INDEX CONCURRENTLY IF EXISTS ${qualified(table.schema, index.name)}`;
}

export function describeCreateIndex(spec: SpecOf<"create-index">): UnitText {
  const unique = spec.index.isUnique ? "unique " : "";
  return {
    title: `Build the ${unique}index ${quoteIdentifier(spec.index.name)} concurrently`,
    ddl: createIndexStatement(spec),
    lock: { mode: "SHARE UPDATE EXCLUSIVE", held: "scan" },
    undo: dropIndexStatement(spec),
  };
}
