import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultBatchLimits, nextBatchRows, smallerBatchRows } from "../../../core/src/backfill/batch-size.js";

const limits = { ...defaultBatchLimits, targetMs: 100 };

describe("nextBatchRows", () => {
  it.each([
    [1000, 100, 1000],
    [1000, 1, 1250],
    [1000, 200, 750],
    [1000, 10_000, 750],
    [100, 10_000, 100],
    [50_000, 1, 50_000],
    [1000, 0, 1250],
  ])("%i rows in %i ms: then %i", (rows, tookMs, next) => {
    expect(nextBatchRows(rows, tookMs, limits)).toBe(next);
  });

  it("grows from one row, too", () => {
    expect(nextBatchRows(1, 1, { ...limits, minRows: 1 })).toBe(2);
  });

  it("settles near the target, whatever a row costs", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.002, max: 1, noNaN: true }),
        fc.integer({ min: 100, max: 50_000 }),
        (msPerRow, start) => {
          let rows = start;
          for (let batch = 0; batch < 60; batch++) rows = nextBatchRows(rows, rows * msPerRow, limits);
          const ideal = Math.min(limits.maxRows, Math.max(limits.minRows, limits.targetMs / msPerRow));
          expect(rows / ideal).toBeGreaterThan(0.9);
          expect(rows / ideal).toBeLessThan(1.1);
        },
      ),
      { seed: 3 },
    );
  });
});

describe("smallerBatchRows", () => {
  it("halves down to the least", () => {
    expect([1000, 150, 100, 1].map((rows) => smallerBatchRows(rows, 100))).toEqual([500, 100, 100, 100]);
    expect([3, 1, 0].map((rows) => smallerBatchRows(rows, 1))).toEqual([1, 1, 1]);
  });
});
