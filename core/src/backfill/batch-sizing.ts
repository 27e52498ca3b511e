import { batchTargetMs } from "../config/batch-target.js";
import type { BatchResult } from "./batch.js";
import { type BatchLimits, nextBatchRows, smallerBatchRows } from "./batch-size.js";
import type { OthersState } from "./other-writers.js";
import type { Run } from "./run.js";

/** Messages of a batch: BEGIN, UPDATE, three for the ledger, COMMIT. */
const messages = 6;

/** Sizes a worker's next batch. */
export class BatchSizing {
  readonly #run: Run;
  /** Durations of the last BEGINs. */
  readonly #begins: number[] = [];
  #rows: number;
  /** Target duration of the last batches. */
  #targetMs: number;
  /** Rows left of a batch that contains a refused row. */
  #isolating = 0;

  constructor(run: Run) {
    this.#run = run;
    this.#rows = this.#limits.startRows;
    this.#targetMs = this.#limits.targetMs;
  }

  get rows(): number {
    return this.#rows;
  }
  /** Whether batches are small only to isolate a refused row. */
  get isIsolating(): boolean {
    return this.#isolating > 0;
  }

  /** Whether others write to the table. Undefined if an option sets the duration. */
  get others(): OthersState | undefined {
    return this.#chosenMs === undefined ? this.#run.others : undefined;
  }

  /** The batch duration set by an option. */
  get #chosenMs(): number | undefined {
    const { pacing, settings } = this.#run;
    return pacing.option("batchMs") ?? settings.limits.targetMs;
  }

  /** The current limits. */
  get #limits(): BatchLimits {
    const { pacing, settings } = this.#run;
    const { limits } = settings;
    const { rowsPerSecond } = pacing;
    // A batch has at most half a second's share of the rate, so that rows are spread evenly.
    const most = rowsPerSecond === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(rowsPerSecond / 2));
    const [startRows, minRows, maxRows] = [
      pacing.option("batchRows") ?? limits.startRows,
      limits.minRows,
      limits.maxRows,
    ].map((rows) => Math.min(rows, most)) as [number, number, number];
    const targetMs = this.#chosenMs ?? (this.#run.others === "quiet" ? batchTargetMs.alone : batchTargetMs.beside);
    return { ...limits, startRows, minRows, maxRows, targetMs };
  }

  /** Adapts to a lower rate and to new writers before a batch. The first batch may be larger than the following ones. */
  adapt(): void {
    const limits = this.#limits;
    if (this.#run.pacing.rowsPerSecond !== undefined) this.#rows = Math.min(this.#rows, limits.maxRows);
    if (limits.targetMs < this.#targetMs)
      this.#rows = Math.max(1, Math.round((this.#rows * limits.targetMs) / this.#targetMs));
    this.#targetMs = limits.targetMs;
  }

  /** Shrinks batches after one blocked others, or under server pressure. */
  giveWay(): void {
    this.#rows = smallerBatchRows(this.#rows, Math.min(this.#limits.minRows, this.#rows));
  }

  /** Halves a batch that was too large, whatever the limits. */
  halve(rows: number): void {
    this.#rows = smallerBatchRows(rows, 1);
  }

  /** Shrinks batches until they isolate a refused row. After it, they grow again. */
  isolate(rows: number): void {
    this.#isolating = rows;
    this.halve(rows);
  }

  /**
   * Adapts the size after a successful batch. If no option sets the duration, only the work on rows counts: over a slow network, the
   * messages alone take longer than a short batch should.
   * @param functionMs how long functions took for it. Undefined: there are none
   */
  took({ size: rows, beginMs }: BatchResult, batchMs: number, functionMs: number | undefined): void {
    if (this.#isolating > 0) {
      this.#isolating -= rows;
      return;
    }
    // The last batch is smaller, so its duration is no measure.
    if (rows < this.#rows) return;
    this.#begins.push(beginMs);
    if (this.#begins.length > 10) this.#begins.shift();
    const limits = this.#limits;
    const messagesMs = this.#chosenMs === undefined ? messages * Math.min(...this.#begins) : 0;
    const byLocks = nextBatchRows(this.#rows, Math.max(batchMs - messagesMs, 0), limits);
    if (functionMs === undefined) this.#rows = byLocks;
    else {
      const { functionMs: targetMs } = this.#run.settings;
      this.#rows = Math.min(byLocks, nextBatchRows(this.#rows, functionMs, { ...limits, minRows: 1, targetMs }));
    }
  }
}
