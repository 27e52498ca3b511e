import { isFilled, type PlannedColumn } from "../model/index.js";
import type { Rewrite } from "./rule.js";
import { addColumn, edit, enforce, fillRows, gate, prove } from "./steps.js";

/** The safe sequence of columns whose rows that exist are filled; columns without a fill are added and nothing else. */
export function inPhases(columns: readonly PlannedColumn[]): Rewrite {
  const rewrites = columns.map((column) => (column.isRelaxed ? required(column) : optional(column)));
  const steps = (phase: keyof Rewrite) => rewrites.flatMap((rewrite) => rewrite[phase] ?? []);
  return { expand: steps("expand"), backfill: steps("backfill"), switch: steps("switch"), contract: steps("contract") };
}

/** Optional until every row has its value: the trigger fills new rows, the backfill the rest, a proof makes it required. */
function required(column: PlannedColumn): Rewrite {
  return {
    expand: [
      addColumn(column),
      edit("write", column),
      edit("keepFromReads", column),
      edit("completeFixtures", column),
      edit("acceptInRequests", column),
    ],
    backfill: fillRows(column),
    switch: [gate("no-missing-values", column), edit("read", column)],
    contract: [
      gate("no-missing-values", column),
      gate("writers-aware", column),
      gate("reads-steady", column),
      prove(column),
      enforce(column),
      edit("dropFallback", column),
      edit("requireInRequests", column),
    ],
  };
}

/** Optional for good: code may choose NULL, so nothing fills it but one pass, and only the ledger tells that it is over. */
function optional(column: PlannedColumn): Rewrite {
  if (!isFilled(column)) return { expand: [addColumn(column)] };
  return {
    expand: [
      addColumn(column),
      edit("write", column),
      edit("keepFromReads", column),
      edit("completeFixtures", column),
      edit("acceptInRequests", column),
    ],
    backfill: fillRows(column),
    // Without a fallback: NULL is a value here.
    switch: [gate("backfill-done", column), edit("read", { ...column, write: { kind: "none" } })],
  };
}
