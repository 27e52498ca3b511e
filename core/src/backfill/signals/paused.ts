import { momentText } from "../../model/moment.js";
import { defineSignal } from "./signal.js";

/** `backfill pause`, from any terminal. */
export default defineSignal({
  id: "paused",
  summary: "`backfill pause` was run, until `backfill resume`",
  rank: 0,
  options: {},
  everyMs: 0,
  isPressure: false,
  start:
    () =>
    ({ control: { paused } }) =>
      paused && {
        kind: "hold",
        reason: `paused by ${paused.who} on ${momentText(paused.at)}${paused.why === undefined ? "" : `: ${paused.why}`}`,
        pauseMs: 200,
      },
});
