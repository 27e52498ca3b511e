import { refused } from "../dialect/db/refused.js";
import type { BatchLoop } from "./batch-loop.js";
import type { BackfillResult } from "./input.js";
import { keyLabel } from "./keys.js";
import type { Run } from "./run.js";

/** Builds the result of a run. */
export function resultOf(loop: BatchLoop, status: BackfillResult["status"]): BackfillResult {
  const { id, target, cursor } = loop.session;
  const upTo =
    cursor.upTo === undefined || target.order !== undefined ? {} : { upTo: keyLabel(target.key, cursor.upTo) };
  const ended = status === "done" || loop.run.ended === undefined ? {} : { ended: loop.run.ended };
  return {
    status,
    table: id.table,
    rows: loop.rows,
    filled: loop.filled,
    batches: loop.run.batches,
    ...ended,
    ...upTo,
  };
}

/** Converts an error of a run into one of ours. */
export function known(run: Run, error: unknown): unknown {
  return refused(error, `The backfill of "${run.settings.spec.table.name}"`);
}
