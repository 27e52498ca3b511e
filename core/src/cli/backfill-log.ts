import type { BackfillEvent } from "../backfill/events.js";
import { type EventPlace, eventLine, eventObject } from "../review/backfill-event.js";
import { printableJsonLine } from "../review/printable.js";
import type { Io } from "./io.js";

/** What comes with every batch, or with every look of a signal, is said so often. */
const everyMs = 30_000;
/** Shorter pauses are of no interest in a log. */
const leastWaitMs = 1000;

/** Tells a backfill to a log: a line when something changes, and every 30 seconds while it goes on. */
export class BackfillLog {
  readonly #saidMs = new Map<string, number>();
  #isStarted = false;
  /** The signal whose waiting was told. */
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
        // Giving way to a writer is what is meant to happen, and refused rows are named.
        return !["conflict", "locked", "data"].includes(event.reason);
      case "started":
        // From here on 30 seconds, as between two of them.
        this.#isDue("progress");
        this.#isStarted = true;
        return true;
      case "failed":
        // What keeps a run from beginning is told by the command alone.
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

/** Tells every event of a backfill as a line of JSON. */
export class BackfillJsonLines {
  constructor(
    readonly io: Pick<Io, "err" | "now">,
    readonly place: EventPlace,
  ) {}

  show(event: BackfillEvent): void {
    this.io.err(printableJsonLine(eventObject(this.io.now(), this.place, event)));
  }
}
