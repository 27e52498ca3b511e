import { timeOption, timeText } from "../run-option.js";
import { defineSignal } from "./signal.js";

/** The pause as a multiple of the COMMIT's duration, and the maximum pause. */
const share = 5;
const mostMs = 60_000;

/** A COMMIT waits for the disk and for replicas that confirm it. So do the application's COMMITs. */
export default defineSignal({
  id: "latency",
  summary: "the COMMIT of a batch was slow. The run pauses five times as long, at most 1 min",
  rank: 1,
  options: {
    maxCommit: timeOption({ description: "pause after a COMMIT that took longer than this", initial: "1s" }),
  },
  everyMs: 0,
  isPressure: true,
  start:
    () =>
    ({ options: { maxCommit }, clock, last }) => {
      if (last === undefined || last.commitMs <= maxCommit!) return undefined;
      const pauseMs = last.endedMs + Math.min(share * last.commitMs, mostMs) - clock.now();
      return pauseMs <= 0
        ? undefined
        : {
            kind: "hold",
            reason: `the last COMMIT took ${timeText(last.commitMs)}, limit ${timeText(maxCommit!)}`,
            pauseMs,
          };
    },
});
