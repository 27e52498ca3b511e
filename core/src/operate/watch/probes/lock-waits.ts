import { isBlind } from "../../../dialect/load-signals.js";
import { tableLabel } from "../../../model/names.js";
import { defineProbe, unseen } from "./probe.js";

/** Sessions of the application that a lock blocks. */
export default defineProbe({
  id: "lock-waits",
  summary: "lock waits on the plan's tables and their rows, with the blocking session",
  start({ tables, clock, everyMs }) {
    let lastMs: number | undefined;
    let seenMs: ReadonlyMap<string, number> = new Map();
    return async (connection) => {
      const waits = await connection.dialect.live.loadSignals.waits(connection, tables);
      if (isBlind(waits)) return unseen(waits.reason);
      const nowMs = clock.now();
      const before = seenMs;
      const firstMs = (runs: string) => before.get(runs) ?? nowMs;
      seenMs = new Map(waits.flatMap(({ runs }) => (runs === undefined ? [] : [[runs, firstMs(runs)]])));
      // A session that may have worked until now has waited since the watch first saw it.
      const known = waits.map(({ ms, runs, text }) => ({
        ms: runs === undefined ? ms : Math.min(ms, nowMs - firstMs(runs)),
        text,
      }));
      const longest = known.sort((one, other) => other.ms - one.ms)[0];
      // It waited in the last round too: while the baseline is taken, there is no other criterion.
      const stands = longest !== undefined && longest.ms >= (lastMs === undefined ? everyMs : nowMs - lastMs);
      lastMs = nowMs;
      const many = waits.length === 1 ? "" : ` (${waits.length} sessions wait)`;
      return {
        points: [
          {
            measure: "lock-wait",
            subject: tables.map((table) => `"${tableLabel(table)}"`).join(", "),
            value: longest?.ms ?? 0,
            ...(stands ? { former: { value: 0, factor: 1 } } : {}),
            ...(longest === undefined ? {} : { detail: `${longest.text}${many}` }),
          },
        ],
      };
    };
  },
});
