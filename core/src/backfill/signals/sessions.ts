import { isBlind } from "../../dialect/load-signals.js";
import { numberOption } from "../run-option.js";
import { defineSignal } from "./signal.js";

/** A server on which every session is busy has no capacity for a backfill. */
export default defineSignal({
  id: "sessions",
  summary: "too many client sessions are active",
  rank: 2,
  options: {
    maxActiveSessions: numberOption("sessions", 1, {
      description: "wait while more client sessions than this are active",
    }),
  },
  everyMs: 500,
  isPressure: true,
  start:
    () =>
    async ({ connection, options: { maxActiveSessions } }) => {
      if (maxActiveSessions === undefined) return undefined;
      const active = await connection.dialect.live.loadSignals.activeSessions(connection);
      if (typeof active !== "number") return isBlind(active) ? active : undefined;
      return active > maxActiveSessions
        ? { kind: "hold", reason: `${active} sessions are active, limit ${maxActiveSessions}` }
        : undefined;
    },
});
