import { LockstepError } from "../base/errors.js";
import type { RunnerSession } from "../dialect/batches.js";
import { isDatabaseError } from "../dialect/db/retry.js";
import { readBackfill } from "../target/ledger/backfills.js";
import { readWorkers } from "../target/ledger/workers.js";
import type { BatchLoop } from "./batch-loop.js";
import type { BackfillResult } from "./input.js";
import { known, resultOf } from "./result.js";
import type { Run } from "./run.js";
import { findRunner } from "./runner-lock.js";
import { isSameWork, isUnled, notLed } from "./session.js";
import { cancelText } from "./state.js";
import { newWorker, passTogether } from "./workers.js";

/**
 * Works together with the leading process.
 * @returns how the backfill ended. Undefined: no process leads it any more
 */
export async function joinRun(run: Run): Promise<BackfillResult | undefined> {
  const worker = newWorker(run, false);
  try {
    try {
      await worker.open();
    } catch (error) {
      // The leader has just ended.
      if (isUnled(error)) return undefined;
      throw error;
    }
    const { record } = worker.session;
    run.settings.emit({
      kind: "started",
      table: record.table.name,
      total: worker.total,
      rows: worker.rows,
      isResumed: true,
    });
    await passTogether(worker);
    for (;;) {
      // The order matters: a leader that is gone has already recorded its result.
      const seen = await worker.scan(async ({ connection, id }) => {
        const leader = await findRunner(connection, id);
        return { leader, now: await readBackfill(connection, id) };
      });
      if (seen === undefined) return resultOf(worker, "stopped");
      const { connection, id, work } = worker.session;
      const { leader, now } = seen;
      if (!isSameWork(now, work)) throw notLed(connection, id);
      if (now?.status === "done") return resultOf(worker, "done");
      // The ledger may show the cancellation before this process hears of it. The leader ended because of it.
      if (now?.control.cancelled !== undefined)
        return { ...resultOf(worker, "stopped"), ended: cancelText(now.control.cancelled) };
      if (now?.status === "failed")
        throw new LockstepError(
          "LS5029",
          `The leading process of the backfill of ${id.plan} on ${connection.label} failed: ${now.error}`,
        );
      if (leader === undefined || (await endSilent(worker, leader))) return undefined;
      await run.settings.clock.sleep(1000, run.settings.signal);
    }
  } catch (error) {
    throw known(run, error);
  } finally {
    await worker.close();
  }
}

/**
 * Ends the session of a leader that is silent for the duration of a lease: its process is suspended, or its host is down and the server may
 * take hours to notice.
 */
async function endSilent(worker: BatchLoop, { pid }: RunnerSession): Promise<boolean> {
  const { leaseMs } = worker.settings;
  const isEnded = await worker.scan(async ({ connection, id }) => {
    const runner = (await readBackfill(connection, id))?.runner;
    const leader = (await readWorkers(connection, id.plan)).find((each) => each.worker === runner);
    if (leader === undefined || leader.silentMs < leaseMs) return false;
    const { batches } = connection.dialect.live;
    if ((await findRunner(connection, id))?.pid !== pid) return true;
    try {
      await connection.query(batches.endingSession(pid));
      return true;
    } catch (error) {
      // Without the privilege to end the session, only waiting is left.
      if (isDatabaseError(error)) return false;
      throw error;
    }
  });
  return isEnded === true;
}
