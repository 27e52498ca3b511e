import { nextOpening, readWindows, windowsShape } from "../windows.js";
import { defineSignal } from "./signal.js";

/** The hours in which somebody wants it to run. */
export default defineSignal({
  id: "window",
  summary: "the time is outside of the windows given",
  rank: 1,
  options: {
    window: {
      value: "<windows>",
      description: 'run at these times alone: "Mon-Fri 01:00-05:00 Europe/Berlin; Sat,Sun 22:00-06:00"',
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
      // Looked for once: it is found minute by minute.
      if (!isHeld || next === undefined || next.at <= at || next.windows !== window) next = nextOpening(window, at);
      if (next !== undefined && next.at <= at) return undefined;
      return { kind: "hold", reason: `outside of --window; it opens ${next?.text ?? "in more than two weeks"}` };
    };
  },
});
