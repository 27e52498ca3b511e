/** So long nobody else may have written to a table until its batches get long: sessions tell the server once a second what they wrote. */
const quietMs = 3000;

/**
 * `quiet`: nobody else is seen to write; a transaction is seen when it ends. `unknown`: it was not looked long enough, nothing shows that
 * the server counts (rows that the run fills must be among them), or rows of the run cannot be told from those of others.
 */
export type OthersState = "write" | "quiet" | "unknown";

/** Whether others write to the table of a run, by the rows that its server counts. */
export class OtherWriters {
  #last: { readonly written: number; readonly filled: number; readonly atMs: number } | undefined;
  /** The most that others were seen to have written. A batch that ended between the two answers hides some of it for a second. */
  #others = 0;
  #isCounted = false;
  #isBlind = false;
  #sinceMs = 0;
  #wroteMs = Number.NEGATIVE_INFINITY;

  /**
   * @param written rows of the table that anybody has inserted, updated or deleted; undefined: nothing tells
   * @param filled rows that the backfill has filled, asked after that
   */
  look(written: number | undefined, filled: number, atMs: number): void {
    const last = this.#last;
    this.#last = written === undefined ? undefined : { written, filled, atMs };
    if (written === undefined) return;
    const others = written - filled;
    // The first look, or somebody has set the counts back.
    if (last === undefined || written < last.written || filled < last.filled) {
      this.#others = others;
      this.#sinceMs = atMs;
      return;
    }
    if (filled > last.filled) this.#isCounted = written > last.written;
    if (others > this.#others) this.#wroteMs = atMs;
    this.#others = Math.max(this.#others, others);
  }

  /** Somebody waits for a row of the run. */
  met(atMs: number): void {
    this.#wroteMs = atMs;
  }

  /** The run writes rows more than once, or without filling them: they cannot be told from those of others any more. */
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
