import type { Connection } from "../connection.js";

/** Reads over a session, and cancels the statement on the server when the signal is aborted. */
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
    // It uses a connection of its own: a late cancel would end the next statement.
    await cancelled;
  }
}
