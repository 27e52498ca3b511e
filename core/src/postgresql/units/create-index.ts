import type { SpecOf, UnitText } from "../../dialect/units.js";
import { takes } from "../../sql/unit-words.js";
import { qualified, quoteIdentifier, quoteTable } from "../quote.js";
import { createIndexWords, indexColumns } from "./index-definition.js";
import { declareIndex, describeDeclareIndex } from "./partition-index.js";

type IndexSpec = SpecOf<"create-index" | "assert-index" | "drop-index">;

/**
 * Builds the index while reads and writes continue. Alone in its file: it cannot run inside a transaction or a block. Without IF NOT
 * EXISTS, which would accept the invalid index of a failed build. Only an undo uses it: the index to restore may never have been dropped,
 * and the following assertion rejects an invalid one.
 */
export function createIndex(spec: SpecOf<"create-index">): string {
  if (spec.isPartitioned) return declareIndex(spec);
  return `${ownStatement(spec)};\n`;
}

/** `CREATE UNIQUE INDEX CONCURRENTLY "User_handle_key" ON "User"("handle")` */
export function createIndexStatement({ table, index }: IndexSpec): string {
  return `${createIndexWords(index)} CONCURRENTLY ${quoteIdentifier(index.name)} ON ${quoteTable(table)}${indexColumns(index)}`;
}

function ownStatement(spec: SpecOf<"create-index">): string {
  const statement = createIndexStatement(spec);
  return spec.ifMissing ? statement.replace(" CONCURRENTLY ", " CONCURRENTLY IF NOT EXISTS ") : statement;
}

/** Drops the index, even if it is invalid or was never built. */
export function dropIndexStatement({ table, index }: IndexSpec): string {
  return `DROP INDEX CONCURRENTLY IF EXISTS ${qualified(table.schema, index.name)}`;
}

export function describeCreateIndex(spec: SpecOf<"create-index">): UnitText {
  if (spec.isPartitioned) return describeDeclareIndex(spec);
  const unique = spec.index.isUnique ? "unique " : "";
  return {
    title: `Build the ${unique}index ${quoteIdentifier(spec.index.name)} concurrently`,
    ddl: ownStatement(spec),
    verdict: takes("SHARE UPDATE EXCLUSIVE", "scan", spec.table),
    undo: dropIndexStatement(spec),
  };
}
