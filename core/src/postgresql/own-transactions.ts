import type { Client } from "pg";

let ended = 0;

/** Transactions that sessions of this process have ended, on all servers. A statement outside of a transaction is one of its own. */
export const ownTransactions = () => ended;

/** Counts the transactions of a session. The server reports after each message whether one is open (`T`, `E`) or not (`I`). */
export function countTransactions(client: Client): void {
  client.connection.on("readyForQuery", (message: { readonly status?: string }) => {
    if (message.status === "I") ended += 1;
  });
}
