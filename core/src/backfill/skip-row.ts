import type { KeyValues } from "../dialect/batches.js";
import { isDatabaseError } from "../dialect/db/retry.js";
import { BatchFailure, runBatch } from "./batch.js";
import type { BatchLoop } from "./batch-loop.js";
import { rowRefused, rowsRefused, shownRefusals } from "./row-refused.js";
import { setbackReason } from "./setback.js";
import { rowsPerScan } from "./sweep.js";

/**
 * Skips the one row of a batch that the database refuses: fills its other columns, and records its key.
 *
 * @param at its key, or its position in a pass by position
 * @throws LS5006 too many rows are refused, so the run ends
 */
export async function skipRow(loop: BatchLoop, at: KeyValues, cause: unknown): Promise<void> {
  const { target, lease } = loop.session;
  const isPlace = lease !== undefined && target.order !== undefined;
  const key = isPlace
    ? await loop.scan(
        (session) =>
          session.connection.dialect.live.batches.keyAt?.(session.connection, target, at) ?? Promise.resolve(undefined),
      )
    : at;
  // A writer has moved or deleted it since.
  if (key === undefined) return;
  await fillEach(loop, key);
  // Find which row already has the value only for errors that a person will read.
  const error = loop.refused.length < shownRefusals ? await rowRefused(loop.session, key, cause) : undefined;
  loop.refused.push({ key, error });
  const code = isDatabaseError(cause) ? cause.code : "";
  await loop.scan((session) =>
    session.connection.dialect.live.ledger.addFailure(session.connection, session.id, key, code),
  );
  if (loop.refused.length > (loop.run.pacing.option("maxFailures") ?? rowsPerScan - 1)) throw rowsRefused(loop, true);
}

/** Fills one column after another, so that a refused value does not block the others. */
async function fillEach(loop: BatchLoop, key: KeyValues): Promise<void> {
  const { connection, target } = loop.session;
  const { clock, lockTimeoutMs, batchTimeoutMs: statementTimeoutMs } = loop.settings;
  const columns = target.columns.filter(({ fill }) => fill !== undefined);
  if (columns.length === 1) return;
  for (const column of columns)
    try {
      const work = { kind: "sweep", keys: [key] } as const;
      const options = { rows: 1, isOnce: false, skipLocked: false, clock, lockTimeoutMs, statementTimeoutMs };
      // A row that still lacks a value is not counted as filled.
      await runBatch(connection, { ...target, columns: [column] }, work, options, async () => undefined);
    } catch (failure) {
      const cause = failure instanceof BatchFailure ? failure.cause : failure;
      if (setbackReason(cause, connection.isLost) === undefined) throw failure;
    }
}
