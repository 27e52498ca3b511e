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
  const { workers, spec } = run.settings;
  const failures: unknown[] = [];
  const work: Work = async (worker, isWanted) => {
    try {
      if (worker !== first && !worker.isOpen) await worker.open();
      await pass(worker, () => failures.length === 0 && isWanted());
    } catch (error) {
      if (!run.isStopped || !isConnectionLost(error)) failures.push(error);
    } finally {
      if (worker !== first) await worker.close();
    }
  };
  const others = workers === "idle" ? [] : Array.from({ length: workers - 1 }, () => newWorker(run, false));
  const over = new AbortController();
  const leading = work(first, always).finally(() => over.abort());
  // A function may use a service that others use, too.
  const isAssisted = workers === "idle" && spec.columns.every(({ compute }) => compute === undefined);
  await Promise.all([
    leading,
    ...others.map((worker) => work(worker, always)),
    ...(isAssisted ? [assist(run, over.signal, work)] : []),
  ]);
  if (failures.length > 0) throw failures[0];
}

/** Lets a worker take ranges while it is wanted, and records its error. */
type Work = (worker: BatchLoop, isWanted: () => boolean) => Promise<void>;

const always = () => true;

const assistance =
  "No other session works on the server: a second session fills rows, too, until one does. --workers 1 prevents it";

/** Lets a second session work while the server is idle. It leaves after a batch, and its range is completed at the end of the pass. */
async function assist(run: Run, over: AbortSignal, work: Work): Promise<void> {
  const { clock, signal } = run.settings;
  const isOver = AbortSignal.any([signal, over]);
  const isWanted = () => !over.aborted && run.isServerIdle;
  let isReported = false;
  while (!isOver.aborted) {
    await clock.sleep(waitMs, isOver);
    if (isOver.aborted || !isWanted()) continue;
    const second = newWorker(run, false);
    try {
      await second.open();
    } catch {
      // Such as too many connections. The first session does not need it.
      await second.close();
      return;
    }
    if (!isReported) run.settings.emit({ kind: "notice", message: assistance });
    isReported = true;
    await work(second, isWanted);
  }
}

async function pass(worker: BatchLoop, isWanted: () => boolean): Promise<void> {
  while (!worker.isStopped && isWanted()) {
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
