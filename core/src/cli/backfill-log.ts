import type { BackfillEvent } from "../backfill/events.js";
import { type EventPlace, eventLine, eventObject } from "../review/backfill-event.js";
import { printableJsonLine } from "../review/printable.js";
import type { Io } from "./io.js";

/** Interval for events that occur with every batch or signal probe. */
const everyMs = 30_000;
/** Shorter pauses are not logged. */
const leastWaitMs = 1000;

/** Logs a backfill: one line per change, and one every 30 seconds while it runs. */
export class BackfillLog {
  readonly #saidMs = new Map<string, number>();
  #isStarted = false;
  /** The signal of the last logged wait. */
  #waiting: string | undefined;

  constructor(
    readonly io: Pick<Io, "err" | "now">,
    readonly place: EventPlace,
  ) {}

  show(event: BackfillEvent): void {
    if (this.#isWorthALine(event)) this.io.err(eventLine(this.place, event));
  }

  #isWorthALine(event: BackfillEvent): boolean {
    switch (event.kind) {
      case "progress":
        return this.#isDue("progress");
      case "reading":
        return this.#isDue(`reading ${event.why}`);
      case "sweep":
        return this.#isDue("sweep");
      case "waiting":
        if (event.forMs < leastWaitMs || !this.#isDue(`waiting ${event.signal}`)) return false;
        this.#waiting = event.signal;
        return true;
      case "released": {
        const isTold = this.#waiting === event.signal;
        if (isTold) this.#waiting = undefined;
        return isTold;
      }
      case "retry":
        // Yielding to another writer is expected, and refused rows are named elsewhere.
        return !["conflict", "locked", "data"].includes(event.reason);
      case "started":
        // Start the 30-second interval for progress lines here.
        this.#isDue("progress");
        this.#isStarted = true;
        return true;
      case "failed":
        // If the run never started, only the command reports the error.
        return this.#isStarted;
      default:
        return true;
    }
  }

  #isDue(name: string): boolean {
    const ms = this.io.now().getTime();
    if (ms - (this.#saidMs.get(name) ?? Number.NEGATIVE_INFINITY) < everyMs) return false;
    this.#saidMs.set(name, ms);
    return true;
  }
}

/** Logs every event of a backfill as a line of JSON. */
export class BackfillJsonLines {
  constructor(
    readonly io: Pick<Io, "err" | "now">,
    readonly place: EventPlace,
  ) {}

  show(event: BackfillEvent): void {
    this.io.err(printableJsonLine(eventObject(this.io.now(), this.place, event)));
  }
}
