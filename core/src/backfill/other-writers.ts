/** Time without other writers before batches get longer. Sessions report their writes to the server once a second. */
const quietMs = 3000;

/**
 * `quiet`: no other writes are visible. A transaction becomes visible when it ends. `unknown`: the observation was too short, the server
 * does not seem to count (rows that the run fills must be included), or the run's rows cannot be separated from those of others.
 */
export type OthersState = "write" | "quiet" | "unknown";

/** Detects whether others write to the table of a run, from the server's row counts. */
export class OtherWriters {
  #last: { readonly written: number; readonly filled: number; readonly atMs: number } | undefined;
  /** The most rows that others have written so far. A batch that ends between the two reads hides some of them for a second. */
  #others = 0;
  #isFirst = false;
  #isCounted = false;
  #isBlind = false;
  #sinceMs = 0;
  #wroteMs = Number.NEGATIVE_INFINITY;

  /**
   * @param written rows of the table that any session has inserted, updated or deleted. Undefined: unknown
   * @param filled rows that the backfill has filled, read after `written`
   */
  look(written: number | undefined, filled: number, atMs: number): void {
    const last = this.#last;
    this.#last = written === undefined ? undefined : { written, filled, atMs };
    if (written === undefined) return;
    const others = written - filled;
    // The first probe, or the counts were reset.
    if (last === undefined || written < last.written || filled < last.filled) {
      this.#others = others;
      this.#sinceMs = atMs;
      this.#isFirst = true;
      return;
    }
    // The first one may have hidden a batch of the run.
    if (this.#isFirst) this.#others = Math.max(this.#others, others);
    this.#isFirst = false;
    if (filled > last.filled) this.#isCounted = written > last.written;
    if (others > this.#others) this.#wroteMs = atMs;
    this.#others = Math.max(this.#others, others);
  }

  /** A session waits for a row of the run. */
  met(atMs: number): void {
    this.#wroteMs = atMs;
  }

  /** The run writes rows more than once, or without filling them, so they cannot be separated from those of others any more. */
  cannotTell(): void {
    this.#isBlind = true;
  }

  state(atMs: number): OthersState {
    if (this.#isBlind) return "unknown";
    if (atMs - this.#wroteMs < quietMs) return "write";
    const isSeen = this.#last !== undefined && atMs - this.#last.atMs < quietMs;
    return isSeen && this.#isCounted && atMs - this.#sinceMs >= quietMs ? "quiet" : "unknown";
  }
}
