import fc from "fast-check";
import { expect, it } from "vitest";
import { emptyHistory, withSample } from "../../../core/src/backfill/observer.js";

const moment = fc.record(
  {
    forMs: fc.integer({ min: 1, max: 3000 }),
    rows: fc.nat(10_000),
    // Nobody was at work.
    gapMs: fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 0, max: 3_600_000 })),
    lagMs: fc.nat(60_000),
    waiting: fc.constantFrom({ signal: "paused", reason: "ann" }, { signal: "replica-lag", reason: "late" }),
  },
  { requiredKeys: ["forMs", "rows", "gapMs"] },
);
type Moment = Parameters<typeof withSample>[1];

function historyOf(moments: readonly (Omit<Moment, "at"> & { readonly gapMs: number })[]) {
  let [at, history] = [1_000_000, emptyHistory];
  for (const { gapMs, ...sample } of moments) {
    at += gapMs;
    history = withSample(history, { at, ...sample });
    at += sample.forMs;
  }
  return history;
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

it("has few stretches however long a run is, in their order, and nothing that was measured is lost", () => {
  fc.assert(
    fc.property(fc.array(moment, { maxLength: 1500, size: "max" }), (moments) => {
      const { points } = historyOf(moments);
      expect(points.length).toBeLessThanOrEqual(500);
      expect(sum(points.map(({ rows }) => rows))).toBe(sum(moments.map(({ rows }) => rows)));
      expect(sum(points.map(({ forMs }) => forMs))).toBe(sum(moments.map(({ forMs }) => forMs)));
      for (const [at, point] of points.entries())
        if (at > 0) expect(point.at).toBeGreaterThanOrEqual(points[at - 1]!.at + points[at - 1]!.forMs);
      const waits = points.flatMap((point) => point.waits ?? []);
      for (const signal of ["paused", "replica-lag"])
        expect(sum(waits.flatMap((wait) => (wait.signal === signal ? [wait.ms] : [])))).toBe(
          sum(moments.flatMap(({ waiting, forMs }) => (waiting?.signal === signal ? [forMs] : []))),
        );
      const lags = moments.flatMap(({ lagMs }) => lagMs ?? []);
      expect(Math.max(-1, ...points.flatMap(({ lagMs }) => lagMs ?? []))).toBe(Math.max(-1, ...lags));
    }),
    { numRuns: 60 },
  );
});

it("stays small in a ledger, whatever is waited for", () => {
  const waiting = { signal: "replica-lag", reason: "the replica eu-1 is 12 s behind, and 10 s are allowed" };
  const moments = Array.from({ length: 20_000 }, () => ({ forMs: 1000, rows: 500, gapMs: 0, lagMs: 12_000, waiting }));
  const history = historyOf(moments);
  expect(history.points.length).toBeGreaterThan(200);
  expect(JSON.stringify(history).length).toBeLessThan(120_000);
});
