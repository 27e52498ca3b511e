import type { FileContext } from "../../dialect/units.js";
import type { Unit } from "../../model/plan.js";
import { isDroppedConcurrently } from "../../model/unit-spec.js";
import { strongestMode } from "../../model/verdict.js";
import { fileHeader } from "../../sql/file-header.js";
import { quoteTable } from "../quote.js";
import { budgetMs, stallMs } from "./block.js";

/** As `fileHeader`, in PostgreSQL's words. */
export function header(units: readonly [Unit, ...Unit[]], context?: FileContext): string {
  return fileHeader(units, lockText, context);
}

function lockText({ spec, verdict }: Unit): string {
  const mode = strongestMode(verdict);
  // pg_get_indexdef reads under ACCESS SHARE, like a SELECT.
  if (mode === undefined) return "none but that of a SELECT: it stops no read and no write";
  const tables = verdict.locks.filter((lock) => lock.mode === mode).map(({ table }) => quoteTable(table));
  const on = `${mode} on ${tables.join(" and ")}`;
  // The frame's promise (docs/lock-frame.md): it gives way instead of queueing.
  const frame = `others wait at most ${stallMs} ms at a time; it gives up after ${budgetMs / 1000} s and names who is in the way`;
  switch (spec.kind) {
    case "assert-index":
      if (spec.index.constraint !== undefined)
        return `${mode} on one small partition at a time while its index is built; ${frame}`;
      return `${mode} on one small partition at a time while its index is built (ACCESS EXCLUSIVE, instant, where one is ready): reads go on; ${frame}`;
    case "create-index":
      if (spec.isPartitioned)
        return `${on}, instant (catalogue only)${spec.index.constraint === undefined ? ": reads go on" : ""}; ${frame}`;
      return `${on} while it scans the table: reads and writes go on`;
    case "drop-index":
      if (!isDroppedConcurrently(spec)) return `${on}, instant (catalogue only); ${frame}`;
      return `${on}; it waits for transactions that may use the index: reads and writes go on`;
    case "add-foreign-key":
      return `${on}, instant (catalogue only): reads go on; ${frame}`;
    case "validate-foreign-key":
      return `${on}, ROW SHARE on ${quoteTable(spec.foreignKey.references)}, for one scan: reads and writes go on; ${frame}`;
    case "prove":
      return `${on}, instant (catalogue only), then SHARE UPDATE EXCLUSIVE for one scan: reads and writes go on; ${frame}`;
    default:
      return `${on}, ${verdict.held} (catalogue only); ${frame}`;
  }
}
