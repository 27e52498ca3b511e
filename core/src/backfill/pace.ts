/** Estimates rate and rest of a run from its batches. */
export class Pace {
  #rowsPerMs: number | undefined;
  #lastMs: number;

  /** @param startedMs the clock at the start */
  constructor(startedMs: number) {
    this.#lastMs = startedMs;
  }

  /** Takes in a batch that has just ended. Pauses before it count: they will come again. */
  add(rows: number, nowMs: number): void {
    const rate = rows / Math.max(nowMs - this.#lastMs, 0.001);
    this.#lastMs = nowMs;
    // The last batches tell more than the first: a cold cache is slower, a full one faster.
    this.#rowsPerMs = this.#rowsPerMs === undefined ? rate : this.#rowsPerMs * 0.9 + rate * 0.1;
  }

  get rowsPerSecond(): number {
    return Math.round((this.#rowsPerMs ?? 0) * 1000);
  }

  /** Milliseconds until `rows` more are passed; 0 when nothing is known yet. */
  restMs(rows: number): number {
    return this.#rowsPerMs === undefined || this.#rowsPerMs === 0 ? 0 : Math.round(Math.max(rows, 0) / this.#rowsPerMs);
  }
}
