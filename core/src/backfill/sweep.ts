import { LockstepError } from "../base/errors.js";
import type { KeyValues } from "../dialect/batches.js";
import { pauseBeforeRetry } from "../dialect/db/retry.js";
import type { BatchLoop } from "./batch-loop.js";
import { keyLabel } from "./keys.js";
import { startOfPass } from "./pass-order.js";
import { yielding } from "./retries.js";
import { rowsRefused } from "./row-refused.js";

/** Maximum rows per scan. More rows are left to another pass, because one table scan for each lot would take too long. */
export const rowsPerScan = 10_000;
/** Rounds that may fill nothing although nothing is locked. */
const idleRounds = 3;
/** Maximum number of rows to list that cannot be filled. */
export const shownKeys = 3;
/** Rounds that may fill something. After that, rows without a value appear as fast as they are filled. */
const maxRounds = 50;

/**
 * Fills the rows that the pass left behind the cursor, until none is left.
 * @returns `again`: so many rows are left that another pass is faster, or aborted
 * @throws LS5004 rows cannot be filled, or not even found by their keys · LS5007 they stay locked
 */
export async function sweep(loop: BatchLoop): Promise<"done" | "again"> {
  const { clock, signal, random, lockPatienceMs, scanTimeoutMs, emit } = loop.settings;
  let idle = 0;
  let filledRounds = 0;
  /** Rows that lacked a value when they were listed, but were not found by their keys. */
  let missed = new Set<string>();
  let progressMs = clock.now();
  for (let round = 1; ; round++) {
    emit({ kind: "reading", why: "rest", total: loop.total });
    const found = await loop.run.telemetry.span("look_back", {}, () =>
      loop.scan(({ connection, target }) =>
        // Inserted behind the cursor, moved by a key change, or locked during their batch.
        connection.dialect.live.batches.rowsLeft(connection, target, rowsPerScan + loop.refused.length, scanTimeoutMs),
      ),
    );
    const refused = new Set(loop.refused.map(({ key }) => JSON.stringify(key)));
    const left = found?.filter((key) => !refused.has(JSON.stringify(key)));
    // After a reconnect, the table may be another one that needs a pass.
    if (left === undefined || loop.session.cursor.phase === "pass") return "again";
    if (left.length === 0) return "done";
    const unreachable = left.filter((key) => missed.has(JSON.stringify(key)));
    if (unreachable.length > 0) throw notReached(loop, unreachable);
    emit({ kind: "sweep", round, rows: left.length });
    if (filledRounds > maxRounds) throw keepAppearing(loop);
    const before = loop.filled;
    for (let rest = left; rest.length > 0 && !loop.isStopped; ) {
      const result = await loop.batch((rows) => ({ kind: "sweep", keys: rest.slice(0, rows) }));
      rest = rest.slice(result?.size ?? 0);
    }
    if (loop.isStopped) return "again";
    if (loop.filled > before) {
      idle = 0;
      filledRounds += 1;
      progressMs = clock.now();
      if (left.length < rowsPerScan) continue;
      const { connection, table, target } = loop.session;
      await loop.moveTo(await startOfPass(connection, table, target));
      return "again";
    }
    const emptyRows = (isFree: boolean) =>
      loop.scan(({ connection, target }) =>
        connection.dialect.live.batches.stillEmpty(connection, target, left, { limit: shownKeys, isFree }),
      );
    const stuck = await emptyRows(true);
    const seen = stuck?.length === 0 ? await emptyRows(false) : stuck;
    if (stuck === undefined || seen === undefined) return "again";
    // Locked rows are visible.
    missed = new Set(seen.length === 0 ? left.map((key) => JSON.stringify(key)) : []);
    if (stuck.length > 0 && ++idle >= idleRounds) throw cannotFill(loop, left.length, stuck);
    if (stuck.length === 0 && clock.now() - progressMs > lockPatienceMs) {
      throw await loop.gaveWay(`${left.length === rowsPerScan ? "More than " : ""}${left.length} rows stay locked`);
    }
    await clock.sleep(pauseBeforeRetry(Math.min(round, 8), yielding, random), signal);
  }
}

/** Rows without a value appear as fast as they are filled. */
export function keepAppearing({ session: { id, connection } }: BatchLoop): LockstepError {
  const message = `Rows of "${id.table.name}" on ${connection.label} lose or lack their value as fast as they are filled`;
  return new LockstepError("LS5004", message, {
    hint: "Some code still writes NULL, and no trigger fills it. Deploy the code that writes the column first, then run the same command again.",
  });
}

/** The server's text of a key does not match the stored key, so no statement finds the row. */
function notReached(loop: BatchLoop, all: readonly KeyValues[]): LockstepError {
  const { id, connection } = loop.session;
  const keys = all.slice(0, shownKeys);
  const { many, rows } = named(loop, all.length, keys);
  return new LockstepError(
    "LS5004",
    `${many} of "${id.table.name}" on ${connection.label} without a value cannot be found by the keys that the server returns for them: ${rows}`,
    {
      hint: "A setting of the server or the role changes how it writes these keys (a time zone, extra_float_digits). Correct it, or set the value of these rows yourself, then run the same command again.",
      details: { count: all.length, keys },
    },
  );
}

/** How many rows, and the first of them. */
function named(loop: BatchLoop, count: number, keys: readonly KeyValues[]) {
  const { key: columns } = loop.session.target;
  const rows = keys.map((key) => keyLabel(columns, key)).join("; ") + (count > keys.length ? "; …" : "");
  return { rows, many: count === rowsPerScan ? `${count} rows or more` : count === 1 ? "1 row" : `${count} rows` };
}

export function cannotFill(loop: BatchLoop, count: number, keys: readonly KeyValues[]): LockstepError {
  const { id } = loop.session;
  const isComputed = loop.settings.spec.columns.some(({ compute }) => compute !== undefined);
  const { many, rows } = named(loop, count, keys);
  const refused = loop.refused.length === 0 ? "" : `\n${rowsRefused(loop).message}`;
  return new LockstepError(
    "LS5004",
    `${many} of "${id.table.name}" without a value cannot be filled: ${rows}${refused}`,
    {
      hint: `The fill returns NULL for them, or one of your triggers removes the value. Correct ${isComputed ? "the function or the rows" : "the rows, or give them a value"}, then run the same command again.${isComputed ? "" : ` Another fill needs another plan: npx lockstep abandon ${id.plan}`}`,
      details: { count, keys },
    },
  );
}
