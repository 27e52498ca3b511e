import { isNoBug } from "../base/expected-errors.js";
import { textForLogs } from "../dialect/db/without-values.js";
import { BatchLoop } from "./batch-loop.js";
import { mostPerSecond } from "./idle-server.js";
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
  const { workers } = run.settings;
  const failures: unknown[] = [];
  const continues = () => failures.length === 0;
  const over = new AbortController();
  const leading = pass(first, continues).finally(() => over.abort());
  const others =
    workers === "idle"
      ? [assist(run, over.signal, continues)]
      : Array.from({ length: workers - 1 }, () => joined(newWorker(run, false), continues));
  const collected = (work: Promise<void>) =>
    work.catch((error: unknown) => {
      if (!run.isStopped || !isConnectionLost(error)) failures.push(error);
    });
  await Promise.all([leading, ...others].map(collected));
  if (failures.length > 0) throw failures[0];
}

async function joined(worker: BatchLoop, isWanted: () => boolean): Promise<void> {
  try {
    await worker.open();
    await pass(worker, isWanted);
  } finally {
    await worker.close();
  }
}

/**
 * Lets a second session work while the server is idle. It leaves after a batch, and its range is completed at the end of the pass. The first
 * session does not need it, so an error ends only the second one.
 */
async function assist(run: Run, over: AbortSignal, continues: () => boolean): Promise<void> {
  const { clock, signal, spec, emit } = run.settings;
  // A function may use a service that others use, too.
  if (spec.columns.some(({ compute }) => compute !== undefined)) return;
  const isOver = AbortSignal.any([signal, over]);
  const isWanted = () => !isOver.aborted && continues() && run.isServerIdle;
  let isReported = false;
  while (!isOver.aborted && continues()) {
    await clock.sleep(waitMs, isOver);
    if (!isWanted()) continue;
    const second = newWorker(run, false);
    try {
      await second.open(false);
      if (!isReported) emit({ kind: "notice", message: assistance });
      isReported = true;
      await pass(second, isWanted);
    } catch (error) {
      if (!isNoBug(error)) throw error;
      // Such as too many connections.
      if (!run.isStopped) emit({ kind: "notice", message: `The second session ended: ${textForLogs(error)}` });
      return;
    } finally {
      await second.close();
    }
  }
}

const assistance =
  `Other sessions of the server are idle (at most ${mostPerSecond} transactions per second): a second session fills rows until that ` +
  "changes. --workers 1 prevents it";

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
