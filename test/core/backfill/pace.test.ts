import { describe, expect, it } from "vitest";
import { Pace } from "../../../core/src/backfill/pace.js";

describe("Pace", () => {
  it("knows nothing at first", () => {
    const pace = new Pace(0);
    expect(pace.rowsPerSecond).toBe(0);
    expect(pace.restMs(1000)).toBe(0);
  });

  it("counts the rest from the rate, pauses included", () => {
    const pace = new Pace(1000);
    pace.add(500, 1500);
    expect(pace.rowsPerSecond).toBe(1000);
    expect(pace.restMs(3000)).toBe(3000);
    expect(pace.restMs(-5)).toBe(0);
  });

  it("leaves out the time of a stop, also where another session's batch ended during it", () => {
    const pace = new Pace(0);
    pace.add(1000, 1000);
    pace.rested(60_000, 61_500);
    pace.add(1000, 62_000);
    expect(pace.rowsPerSecond).toBe(1000);
    pace.add(1000, 63_000);
    pace.rested(60_000, 122_900);
    pace.add(100, 123_000);
    expect(pace.rowsPerSecond).toBe(1000);
  });

  it("is right where batches of several sessions end right after one another", () => {
    const pace = new Pace(0);
    for (let ms = 1000; ms <= 60_000; ms += 1000) for (const each of [0, 1]) pace.add(500, ms + each);
    expect(pace.rowsPerSecond).toBeGreaterThan(900);
    expect(pace.rowsPerSecond).toBeLessThan(1100);
  });

  it("follows a change of the rate slowly", () => {
    const pace = new Pace(0);
    pace.add(1000, 1000);
    pace.add(2000, 2000);
    expect(pace.rowsPerSecond).toBe(1100);
  });
});
