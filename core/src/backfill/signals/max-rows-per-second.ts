import { numberOption } from "../run-option.js";
import { defineSignal } from "./signal.js";

/** A rate that the run keeps below, whatever the server could do. */
export default defineSignal({
  id: "max-rows-per-second",
  summary: "it has gone through enough rows for now; batches are no larger than half a second's worth",
  rank: 1,
  options: { maxRowsPerSecond: numberOption("rows", 1, { description: "never go through more rows a second" }) },
  everyMs: 0,
  isPressure: false,
  start() {
    // When the rows passed so far are paid for. A run that was held up does not make up for it.
    let freeAtMs = Number.NEGATIVE_INFINITY;
    let counted: number | undefined;
    return ({ options: { maxRowsPerSecond }, clock, last }) => {
      if (maxRowsPerSecond === undefined || last === undefined) return undefined;
      if (counted !== last.endedMs) {
        counted = last.endedMs;
        freeAtMs = Math.max(freeAtMs, last.endedMs - last.ms) + (last.rows / maxRowsPerSecond) * 1000;
      }
      const pauseMs = freeAtMs - clock.now();
      return pauseMs <= 0
        ? undefined
        : { kind: "hold", reason: `no more than ${maxRowsPerSecond} rows a second`, pauseMs };
    };
  },
});
