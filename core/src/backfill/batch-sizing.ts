import { batchTargetMs } from "../config/batch-target.js";
import type { BatchResult } from "./batch.js";
import { type BatchLimits, nextBatchRows, smallerBatchRows } from "./batch-size.js";
import type { OthersState } from "./other-writers.js";
import type { Run } from "./run.js";

/** BEGIN, UPDATE, three for the ledger, COMMIT. */
const messages = 6;

/** How large a worker's next batch is. */
export class BatchSizing {
  readonly #run: Run;
  /** How long the last ones took to begin. */
  readonly #begins: number[] = [];
  #rows: number;
  /** What the last batches were sized by. */
  #targetMs: number;
  /** Rows that are left of a batch which holds a row that is refused. */
  #isolating = 0;

  constructor(run: Run) {
    this.#run = run;
    this.#rows = this.#limits.startRows;
    this.#targetMs = this.#limits.targetMs;
  }

  get rows(): number {
    return this.#rows;
  }
  /** Batches are as small as they are because one row of them is refused. */
  get isIsolating(): boolean {
    return this.#isolating > 0;
  }

  /** Whether others write to the table, where it counts. */
  get others(): OthersState | undefined {
    return this.#chosenMs === undefined ? this.#run.others : undefined;
  }

  /** What somebody has asked for. */
  get #chosenMs(): number | undefined {
    const { pacing, settings } = this.#run;
    return pacing.option("batchMs") ?? settings.limits.targetMs;
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
    const targetMs = this.#chosenMs ?? (this.#run.others === "quiet" ? batchTargetMs.alone : batchTargetMs.beside);
    return { ...limits, startRows, minRows, maxRows, targetMs };
  }

  /** Before a batch: the rate may have been lowered, and others may have begun to write. The first batch may be larger than those that follow. */
  adapt(): void {
    const limits = this.#limits;
    if (this.#run.pacing.rowsPerSecond !== undefined) this.#rows = Math.min(this.#rows, limits.maxRows);
    if (limits.targetMs < this.#targetMs)
      this.#rows = Math.max(1, Math.round((this.#rows * limits.targetMs) / this.#targetMs));
    this.#targetMs = limits.targetMs;
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

  /**
   * A batch has got through. Where nobody says how long it should take, what counts is what it does to rows: from afar the messages alone
   * take longer than a short one should.
   * @param functionMs how long functions took for it; undefined: there are none
   */
  took({ size: rows, beginMs }: BatchResult, batchMs: number, functionMs: number | undefined): void {
    if (this.#isolating > 0) {
      this.#isolating -= rows;
      return;
    }
    // The last batch of all is smaller and says nothing.
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
