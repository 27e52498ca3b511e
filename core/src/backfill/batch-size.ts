/** Bounds of a batch. The defaults are measured. */
export interface BatchLimits {
  /** Rows of the first batch. */
  readonly startRows: number;
  readonly minRows: number;
  readonly maxRows: number;
  /** How long a batch should hold its row locks, in milliseconds. */
  readonly targetMs: number;
}

export const defaultBatchLimits: Omit<BatchLimits, "targetMs"> = { startRows: 1000, minRows: 100, maxRows: 50_000 };

/** Returns the size of the next batch. It grows or shrinks by at most a quarter, so that one slow batch has little effect. */
export function nextBatchRows(rows: number, tookMs: number, limits: BatchLimits): number {
  const factor = clamp(limits.targetMs / Math.max(tookMs, 0.001), 0.5, 1.5);
  const next = Math.round(rows * (0.5 + 0.5 * factor));
  // Small sizes must not get stuck by rounding.
  return clamp(factor > 1 ? Math.max(next, rows + 1) : next, limits.minRows, limits.maxRows);
}

/** Halves the size after a batch blocked others. */
export function smallerBatchRows(rows: number, minRows: number): number {
  return Math.max(minRows, Math.floor(rows / 2), 1);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
