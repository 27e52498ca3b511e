import { describe, expect, it } from "vitest";
import { extrapolate } from "../../../core/src/backfill/estimate.js";

const mb = 2 ** 20;
const rows = 1_000_000;
const storage = { tableBytes: 100 * mb, indexBytes: 50 * mb };
const logging = { checkpointMs: 300_000, checkpointBytes: 10_000 * mb, cacheBytes: 4000 * mb };
/** Keys in no order: nearly every row of the trial is the first one on its page. */
const tried = { first: { ms: 0.05, logBytes: 8000 }, again: { ms: 0.01, logBytes: 500 }, valueBytes: 10 };
const given = { rows, storage, logging, maxRowsPerSecond: undefined };

describe("the log", () => {
  it.each([
    ["whole pages are met once, where one checkpoint does", logging, 500 * rows + 150 * mb, "about"],
    [
      "pages of indexes are met anew after each of a few checkpoints",
      { ...logging, checkpointBytes: 200 * mb },
      // x = (500 rows + 100 MB + 50 MB · x / 200 MB) / 200 MB
      500 * rows + 100 * mb + (50 * mb * ((500 * rows) / mb + 100)) / 150,
      "about",
    ],
    [
      "checkpoints as fast as pages: never more than each row cost in the trial",
      { ...logging, checkpointBytes: mb },
      8000 * rows,
      "most",
    ],
    ["nothing tells about checkpoints: each row costs what it did in the trial", undefined, 8000 * rows, "about"],
  ])("%s", (_, tells, bytes, is) => {
    const { logBytes, logIs } = extrapolate(tried, { ...given, logging: tells });
    expect(logBytes! / bytes).toBeGreaterThan(0.95);
    expect(logBytes! / bytes).toBeLessThan(1.05);
    expect(logIs).toBe(is);
  });

  it("is not known where the account may not ask", () => {
    const blind = { ...tried, first: { ms: 1, logBytes: undefined }, again: { ms: 1, logBytes: undefined } };
    expect(extrapolate(blind, given)).toEqual({ msPerRow: 1, logBytes: undefined, logIs: "about" });
  });
});

describe("the time", () => {
  it.each([
    ["most rows are as quick as those tried twice", {}, 0.0108],
    [
      "a table that does not fit in memory stays as slow as its first rows",
      { logging: { ...logging, cacheBytes: mb } },
      0.05,
    ],
    ["the rate that is allowed decides", { maxRowsPerSecond: 10 }, 100],
  ])("%s", (_, differs, ms) => {
    expect(extrapolate(tried, { ...given, ...differs }).msPerRow).toBeCloseTo(ms, 4);
  });
});
