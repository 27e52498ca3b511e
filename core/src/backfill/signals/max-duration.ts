import { timeOption } from "../run-option.js";
import { defineSignal } from "./signal.js";

/** A run that begins at night is over in the morning. */
export default defineSignal({
  id: "max-duration",
  summary: "its time is over: it ends, and the next one goes on there",
  rank: 0,
  options: { maxDuration: timeOption({ description: "end after this time; the next run goes on there" }) },
  everyMs: 0,
  isPressure: false,
  start:
    () =>
    ({ options: { maxDuration }, clock, startedMs }) =>
      maxDuration !== undefined && clock.now() - startedMs >= maxDuration
        ? { kind: "end", reason: "the time of --max-duration is over" }
        : undefined,
});
