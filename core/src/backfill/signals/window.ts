import { nextOpening, readWindows, windowsShape } from "../windows.js";
import { defineSignal } from "./signal.js";

/** The hours in which the backfill may run. */
export default defineSignal({
  id: "window",
  summary: "the time is outside the windows",
  rank: 1,
  options: {
    window: {
      value: "<windows>",
      description: 'when to run: "Mon-Fri 01:00-05:00 Europe/Berlin"',
      wanted: windowsShape,
      read: readWindows,
    },
  },
  everyMs: 0,
  isPressure: false,
  start() {
    let next: ReturnType<typeof nextOpening>;
    return ({ options: { window }, now, isHeld }) => {
      if (window === undefined) return undefined;
      const at = now();
      // Computed once, because the search tests every minute.
      if (!isHeld || next === undefined || next.at <= at || next.windows !== window) next = nextOpening(window, at);
      if (next !== undefined && next.at <= at) return undefined;
      return { kind: "hold", reason: `outside of --window; it opens ${next?.text ?? "in more than two weeks"}` };
    };
  },
});
