import { timeOption, timeText } from "../run-option.js";
import { defineSignal } from "./signal.js";

/** A long batch blocks writers of its rows, so the next one is smaller. */
export default defineSignal({
  id: "lock-waits",
  summary: "sessions waited too long for rows of the last batch. The run pauses as long, and makes batches smaller",
  rank: 1,
  options: {
    maxLockWait: timeOption({
      description: "shrink batches after others waited longer for their rows",
      initial: "500ms",
    }),
  },
  everyMs: 0,
  isPressure: true,
  start:
    () =>
    ({ options: { maxLockWait }, clock, last }) => {
      if (last === undefined || last.waitedMs <= maxLockWait!) return undefined;
      const pauseMs = last.endedMs + last.waitedMs - clock.now();
      if (pauseMs <= 0) return undefined;
      const waited = `others waited ${timeText(last.waitedMs)} for rows of the last batch`;
      return { kind: "hold", reason: `${waited}, limit ${timeText(maxLockWait!)}`, pauseMs };
    },
});
