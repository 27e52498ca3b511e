import { type BatchLimits, nextBatchRows, smallerBatchRows } from "./batch-size.js";
import type { Run } from "./run.js";

/** How large a worker's next batch is. */
export class BatchSizing {
  readonly #run: Run;
  #rows: number;
  /** Rows that are left of a batch which holds a row that is refused. */
  #isolating = 0;

  constructor(run: Run) {
    this.#run = run;
    this.#rows = this.#limits.startRows;
  }

  get rows(): number {
    return this.#rows;
  }
  /** Batches are as small as they are because one row of them is refused. */
  get isIsolating(): boolean {
    return this.#isolating > 0;
  }

  /** As they are now. */
  get #limits(): BatchLimits {
    const { pacing, settings } = this.#run;
    const { limits } = settings;
    const { rowsPerSecond } = pacing;
    // What a rate allows comes twice a second, and not in one batch a minute.
    const most = rowsPerSecond === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(rowsPerSecond / 2));
    const [startRows, minRows, maxRows] = [
      pacing.option("batchRows") ?? limits.startRows,
      limits.minRows,
      limits.maxRows,
    ].map((rows) => Math.min(rows, most)) as [number, number, number];
    return { ...limits, startRows, minRows, maxRows, targetMs: pacing.option("batchMs") ?? limits.targetMs };
  }

  /** The rate may have been lowered meanwhile. The first batch may be larger than those that follow. */
  keepToRate(): void {
    if (this.#run.pacing.rowsPerSecond !== undefined) this.#rows = Math.min(this.#rows, this.#limits.maxRows);
  }

  /** A batch was in somebody's way, or the server is under pressure. */
  giveWay(): void {
    this.#rows = smallerBatchRows(this.#rows, Math.min(this.#limits.minRows, this.#rows));
  }

  /** A batch of so many rows was too large, whatever the limits say. */
  halve(rows: number): void {
    this.#rows = smallerBatchRows(rows, 1);
  }

  /** One of so many rows is refused: batches come down to it, and grow again behind them. */
  isolate(rows: number): void {
    this.#isolating = rows;
    this.halve(rows);
  }

  /** A batch has got through. @param functionMs how long functions took for it; undefined: there are none */
  took(rows: number, batchMs: number, functionMs: number | undefined): void {
    if (this.#isolating > 0) {
      this.#isolating -= rows;
      return;
    }
    // The last batch of all is smaller and says nothing.
    if (rows < this.#rows) return;
    const limits = this.#limits;
    const byLocks = nextBatchRows(this.#rows, batchMs, limits);
    if (functionMs === undefined) this.#rows = byLocks;
    else {
      const { functionMs: targetMs } = this.#run.settings;
      this.#rows = Math.min(byLocks, nextBatchRows(this.#rows, functionMs, { ...limits, minRows: 1, targetMs }));
    }
  }
}
