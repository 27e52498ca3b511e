import { timeOption } from "../run-option.js";
import { defineSignal } from "./signal.js";

/** A run that starts at night ends by morning. */
export default defineSignal({
  id: "max-duration",
  summary: "the time limit is reached. The next run resumes from there",
  rank: 0,
  options: { maxDuration: timeOption({ description: "end after this time; the next run resumes from there" }) },
  everyMs: 0,
  isPressure: false,
  start:
    () =>
    ({ options: { maxDuration }, clock, startedMs }) =>
      maxDuration !== undefined && clock.now() - startedMs >= maxDuration
        ? { kind: "end", reason: "the time limit of --max-duration is reached" }
        : undefined,
});
