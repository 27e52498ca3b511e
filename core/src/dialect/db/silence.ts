import { handledElsewhere } from "../../base/expected-errors.js";

/** Failed probes in a row before the connection counts as lost. */
const looksInVain = 2;

/**
 * Waits for an answer, however long the server needs: a scan may take hours. But if packets get lost, at a dead host or behind a firewall
 * that dropped the connection, we would wait until the kernel gives up, a quarter of an hour or more. So during silence it probes whether
 * the server is still working.
 *
 * @param isWorking a probe over another connection; false or an error: no answer is to be expected
 * @param giveUp turns the answer into an error
 * @param silenceMs until the first probe, and between two of them
 */
export async function watchSilence<T>(
  answer: Promise<T>,
  isWorking: () => Promise<boolean>,
  giveUp: () => void,
  silenceMs: number,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  let inVain = 0;
  const wait = (ms: number) => {
    timer = setTimeout(look, ms);
  };
  const look = async () => {
    // An unreachable server counts as silent.
    const isThere = await isWorking().catch(() => false);
    if (isOver) return;
    inVain = isThere ? 0 : inVain + 1;
    if (inVain >= looksInVain) giveUp();
    else wait(isThere ? silenceMs : silenceMs / 3);
  };
  wait(silenceMs);
  try {
    return await answer;
  } finally {
    isOver = true;
    clearTimeout(timer);
  }
}

/** The answer, or an error if it does not arrive in time. A late answer is ignored. */
export async function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(silent(ms)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    answer.catch(handledElsewhere);
  }
}

/** The driver's error for an ended session has no code: it gets the socket's. */
export function hungUp(error: unknown): unknown {
  return error instanceof Error && !("code" in error) ? Object.assign(error, { code: "ECONNRESET" }) : error;
}

/** Like the kernel's own error, which would come much later. */
export function silent(ms: number): Error {
  return Object.assign(new Error(`no answer for ${Math.round(ms / 1000)} s`), { code: "ETIMEDOUT" });
}
