import type { Connection } from "../connection.js";

/** Reads over a session, and has the server end the statement when the signal comes. */
export async function cancelledBy<T>(signal: AbortSignal, connection: Connection, read: () => Promise<T>): Promise<T> {
  let cancelled: Promise<void> | undefined;
  const cancel = () => {
    // Not cancelled: the statement has ended, or ends by its own limit.
    cancelled = connection.cancel().catch(() => undefined);
  };
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await read();
  } finally {
    signal.removeEventListener("abort", cancel);
    // It comes over a connection of its own: later it would end the statement that comes next.
    await cancelled;
  }
}
