import { isBlind } from "../../../dialect/load-signals.js";
import { between, type Counter } from "../counters.js";
import { defineProbe, unseen } from "./probe.js";

/** With fewer, a share is not reliable. */
const fewTransactions = 10;

/** Errors of statements in any session: a transaction with a failed statement is rolled back. */
export default defineProbe({
  id: "transactions",
  summary: "share of transactions that are rolled back, in the whole database. Every error causes a rollback",
  start() {
    let last: Counter | undefined;
    return async (connection) => {
      const { loadSignals } = connection.dialect.live;
      if (loadSignals.transactions === undefined)
        return unseen(`${connection.dialect.label} does not count transactions that failed`);
      const now = await loadSignals.transactions(connection);
      if (isBlind(now)) return unseen(now.reason);
      const counter = { calls: now.ended, totalMs: now.rolledBack, firstAt: now.since };
      const since = between(last, counter, false);
      if (since !== undefined && since.calls < fewTransactions) return { points: [] };
      last = counter;
      if (since === undefined) return { points: [] };
      return {
        points: [
          {
            measure: "failed-transactions",
            subject: "transactions",
            value: since.totalMs / since.calls,
            events: since.calls,
          },
        ],
      };
    };
  },
});
