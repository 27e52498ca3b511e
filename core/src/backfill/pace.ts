/** Weight of the latest batch. Later batches are more reliable than the first: a cold cache is slower, a full one faster. */
const share = 0.1;

/** Signals by which people stop a run for a time: that time says nothing about its rate. */
export const stops: ReadonlySet<string> = new Set(["paused", "flag-file", "window"]);

/** Estimates the rate and the remaining time of a run from its batches. */
export class Pace {
  /** Mean of the last batches. Two means instead of a mean of rates, because batches of several sessions end right after one another. */
  #mean: { readonly rows: number; readonly ms: number } | undefined;
  #lastMs: number;

  /** @param startedMs the clock at the start */
  constructor(startedMs: number) {
    this.#lastMs = startedMs;
  }

  /** Adds a batch that has just ended. Waits before it count, because they will recur, except those that `rested` takes out. */
  add(rows: number, nowMs: number): void {
    const ms = Math.max(nowMs - this.#lastMs, 0.001);
    this.#lastMs = nowMs;
    const before = this.#mean ?? { rows, ms };
    const next = (old: number, now: number) => old * (1 - share) + now * share;
    this.#mean = { rows: next(before.rows, rows), ms: next(before.ms, ms) };
  }

  /** Takes a wait out that has just ended. A batch of another session may have ended during it. */
  rested(forMs: number, nowMs: number): void {
    this.#lastMs = Math.min(this.#lastMs + forMs, nowMs);
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
