import { numberOption } from "../run-option.js";
import { defineSignal, type LastBatch } from "./signal.js";

/** Until the others know of a new process, they keep their old rate. */
const heardMs = 1500;

/** A rate that all processes together stay below, whatever the server's capacity. */
export default defineSignal({
  id: "max-rows-per-second",
  summary:
    "all processes together reach the rate. Each session gets an equal share; a batch has at most half a second's worth of it",
  rank: 1,
  options: {
    maxRowsPerSecond: numberOption("rows", 1, {
      description: "highest rate, of all processes together",
      insteadOfZero: "npx lockstep backfill pause",
    }),
  },
  everyMs: 0,
  isPressure: false,
  start() {
    // When the rate allows the next batch. A run that was held does not catch up.
    let freeAtMs: number | undefined;
    const counted = new WeakSet<LastBatch>();
    return ({ options: { maxRowsPerSecond }, clock, last, workers: { own, others } }) => {
      if (maxRowsPerSecond === undefined) return undefined;
      freeAtMs ??= others > 0 ? clock.now() + heardMs : Number.NEGATIVE_INFINITY;
      if (last !== undefined && !counted.has(last)) {
        counted.add(last);
        const share = (maxRowsPerSecond * own) / (own + others);
        freeAtMs = Math.max(freeAtMs, last.endedMs - last.ms) + (last.rows / share) * 1000;
      }
      const pauseMs = freeAtMs - clock.now();
      const shared = others === 0 ? "" : `, shared by ${own + others} sessions`;
      return pauseMs <= 0
        ? undefined
        : { kind: "hold", reason: `no more than ${maxRowsPerSecond} rows a second${shared}`, pauseMs };
    };
  },
});
