import { BatchLoop } from "./batch-loop.js";
import type { Run } from "./run.js";
import { isConnectionLost } from "./setback.js";

/** How long a worker waits for ranges that others hold. */
const waitMs = 200;

/** Creates a worker, not yet connected. */
export function newWorker(run: Run, leads: boolean): BatchLoop {
  const hex = () =>
    Math.floor(run.settings.random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, "0");
  return new BatchLoop(run, { worker: hex() + hex(), leads, isLater: run.isAtWork, arrival: run.arrival });
}

/**
 * Completes the pass with as many sessions as the run has. Each takes one range after another. Ends when nothing is left, or if aborted.
 * Other workers complete the ranges of a process that died.
 * @throws the error of one worker. The others end after their batch
 */
export async function passTogether(first: BatchLoop): Promise<void> {
  const { run } = first;
  const others = Array.from({ length: run.settings.workers - 1 }, () => newWorker(run, false));
  const failures: unknown[] = [];
  const isFailing = () => failures.length > 0;
  const working = [first, ...others].map(async (worker) => {
    try {
      if (worker !== first) await worker.open();
      await pass(worker, isFailing);
    } catch (error) {
      if (!run.isStopped || !isConnectionLost(error)) failures.push(error);
    } finally {
      if (worker !== first) await worker.close();
    }
  });
  await Promise.all(working);
  if (isFailing()) throw failures[0];
}

async function pass(worker: BatchLoop, isFailing: () => boolean): Promise<void> {
  while (!worker.isStopped && !isFailing()) {
    const claim = await worker.claim();
    if (claim === undefined || claim === "over") return;
    if (claim === "wait") await worker.settings.clock.sleep(waitMs, worker.settings.signal);
    else
      await worker.batch(() => {
        const { lease } = worker.session;
        return lease && { kind: "pass", range: lease };
      });
  }
}
