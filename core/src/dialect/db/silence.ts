import { handledElsewhere } from "../../base/expected-errors.js";

/** Looks at a server that answers nothing: in a row, before the connection counts as lost. */
const looksInVain = 2;

/**
 * Waits for an answer, however long the server works on it: a scan may take hours. But packets that get lost, at a dead host or behind a
 * firewall that has forgotten the connection, would leave us waiting until the kernel gives up, a quarter of an hour or more.
 * So while nothing comes, somebody looks whether the server is still at it.
 *
 * @param isWorking asked over another connection; false or an error: nothing is to be expected
 * @param giveUp makes the answer an error
 * @param silenceMs until the first look, and between two of them
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
    // A server that cannot be asked is silent.
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

/** The answer, or an error when it does not come in time. What the answer is then is nobody's business any more. */
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

/** What the driver says of a session that has ended has no code of its own: it gets the socket's. */
export function hungUp(error: unknown): unknown {
  return error instanceof Error && !("code" in error) ? Object.assign(error, { code: "ECONNRESET" }) : error;
}

/** As the kernel's own error, which would come much later. */
export function silent(ms: number): Error {
  return Object.assign(new Error(`no answer for ${Math.round(ms / 1000)} s`), { code: "ETIMEDOUT" });
}
