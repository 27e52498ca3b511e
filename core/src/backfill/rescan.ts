import { LockstepError } from "../base/errors.js";
import type { KeyValues } from "../dialect/batches.js";
import { isValuesFault } from "../dialect/db/value-fault.js";
import type { Cursor, SinglePassBounds } from "../dialect/ledger-store.js";
import type { BatchLoop } from "./batch-loop.js";
import { keyLabel } from "./keys.js";
import type { BackfillSession } from "./session.js";
import { cannotFill, rowsPerScan, shownKeys } from "./sweep.js";

/** The bounds of a single pass, from its cursor. */
export function boundsOf({ upTo, since, server }: Cursor): SinglePassBounds {
  return {
    ...(upTo === undefined ? {} : { upTo }),
    ...(since === undefined ? {} : { since }),
    ...(server === undefined ? {} : { server }),
  };
}

/**
 * Finds rows that a single pass may have missed: a key that moved from ahead of the cursor to behind it, or an INSERT that was not
 * committed when the pass read there. Such a row was written since the pass began and lacks a value. The same is true of a row for which
 * the application has chosen NULL meanwhile. Lockstep cannot distinguish them, so it asks the user.
 * @returns `again`: aborted
 * @throws LS5004 so many of them cannot be filled that the scan would not end · LS5010 naming them, unless `settings.nulls` decides
 */
export async function rescan(loop: BatchLoop): Promise<"done" | "again"> {
  const { nulls, scanTimeoutMs, emit } = loop.settings;
  const bounds = boundsOf(loop.session.cursor);
  // Without an upper bound, there was no row to pass.
  if (bounds.upTo === undefined) return "done";
  const later = await loop.scan((session) => countLater(session, scanTimeoutMs));
  if (later === undefined) return "again";
  if (later > 0) emit({ kind: "notice", message: laterText(loop.session, later) });
  if (nulls === "keep") return "done";
  for (let left = rowsPerScan; left === rowsPerScan; ) {
    emit({ kind: "reading", why: "rest", total: loop.total });
    const found = await loop.run.telemetry.span("look_back", {}, () =>
      loop.scan((session) => findChanged(session, scanTimeoutMs)),
    );
    if (found === undefined) return "again";
    left = found.length;
    if (left === 0) break;
    if (nulls === undefined) throw mayBeMissed(loop.session, bounds, found);
    emit({ kind: "sweep", round: 1, rows: left });
    const before = loop.filled;
    for (let rest = found; rest.length > 0; ) {
      const result = await loop.batch((rows) => ({ kind: "sweep", keys: rest.slice(0, rows) }));
      if (result === undefined) return "again";
      rest = rest.slice(result.size);
    }
    // The next scan would find the same rows.
    if (left === rowsPerScan && loop.filled === before) throw cannotFill(loop, left, found.slice(0, shownKeys));
  }
  return "done";
}

/** Rows up to the end of the pass that lack a value although their fill returns one, and that were written since the pass began. */
async function findChanged(
  { connection, target, cursor }: BackfillSession,
  timeoutMs: number,
): Promise<readonly KeyValues[]> {
  const { batches } = connection.dialect.live;
  const read = (isEvaluated: boolean) =>
    batches.changedSince(connection, target, boundsOf(cursor), { isEvaluated, limit: rowsPerScan, timeoutMs });
  return read(true).catch((error: unknown) => {
    // If the fill fails for one of them, include all.
    if (isValuesFault(error)) return read(false);
    throw error;
  });
}

/** Counts rows that were added since the pass began, or whose key moved there. */
function countLater(
  { connection, target, cursor: { upTo = [] } }: BackfillSession,
  timeoutMs: number,
): Promise<number> {
  return connection.dialect.live.batches.countBeyond(connection, target, upTo, { limit: rowsPerScan, timeoutMs });
}

function laterText({ target, cursor: { upTo = [] } }: BackfillSession, rows: number): string {
  const many = rows === rowsPerScan ? `${rows} rows or more` : rows === 1 ? "1 row" : `${rows} rows`;
  return `${many} beyond ${keyLabel(target.key, upTo)} without a value: inserted since the pass began, or moved there. They stay as they are.`;
}

function mayBeMissed(
  { connection, id, target }: BackfillSession,
  { upTo = [] }: SinglePassBounds,
  keys: readonly KeyValues[],
): LockstepError {
  const shown = keys.slice(0, 5).map((key) => keyLabel(target.key, key));
  const rows =
    keys.length === rowsPerScan ? `${keys.length} rows or more` : keys.length === 1 ? "1 row" : `${keys.length} rows`;
  return new LockstepError(
    "LS5010",
    `The pass over "${id.table.name}" on ${connection.label} reached ${keyLabel(target.key, upTo)}. Up to there ${rows} without a value ` +
      `${keys.length === 1 ? "was" : "were"} written since the pass began: ${shown.join("; ")}${keys.length > shown.length ? "; …" : ""}`,
    { details: { count: keys.length, keys: keys.slice(0, 100) } },
  );
}
