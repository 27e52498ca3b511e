/** Weight of the latest batch. Later batches are more reliable than the first: a cold cache is slower, a full one faster. */
const share = 0.1;

/** Estimates the rate and the remaining time of a run from its batches. */
export class Pace {
  /** Mean of the last batches. Two means instead of a mean of rates, because batches of several sessions end right after one another. */
  #mean: { readonly rows: number; readonly ms: number } | undefined;
  #lastMs: number;

  /** @param startedMs the clock at the start */
  constructor(startedMs: number) {
    this.#lastMs = startedMs;
  }

  /** Adds a batch that has just ended. Pauses before it count, because they will recur. */
  add(rows: number, nowMs: number): void {
    const ms = Math.max(nowMs - this.#lastMs, 0.001);
    this.#lastMs = nowMs;
    const before = this.#mean ?? { rows, ms };
    const next = (old: number, now: number) => old * (1 - share) + now * share;
    this.#mean = { rows: next(before.rows, rows), ms: next(before.ms, ms) };
  }

  get rowsPerSecond(): number {
    return Math.round(this.#rowsPerMs * 1000);
  }

  /** Milliseconds until `rows` more rows are passed. 0 if unknown. */
  restMs(rows: number): number {
    return this.#rowsPerMs === 0 ? 0 : Math.round(Math.max(rows, 0) / this.#rowsPerMs);
  }

  get #rowsPerMs(): number {
    return this.#mean === undefined ? 0 : this.#mean.rows / this.#mean.ms;
  }
}
