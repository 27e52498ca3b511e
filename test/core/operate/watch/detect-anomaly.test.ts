import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between, type Counter } from "../../../../core/src/operate/watch/counters.js";
import {
  type Detection,
  detectAnomaly,
  newSeries,
  type Sample,
} from "../../../../core/src/operate/watch/detect-anomaly.js";
import { type Measure, measureRules } from "../../../../core/src/operate/watch/measures.js";
import { lateCalls } from "../../../../core/src/operate/watch/probes/statements.js";

const rules = measureRules(15_000);
const least = 5;
const at = "2026-11-20T10:23:45.000Z";

/** Judges values one after the other, each the mean of so many observations. */
function run(measure: Measure, values: readonly number[], more: Partial<Sample> = {}): readonly Detection["state"][] {
  let series = newSeries;
  return values.map((value) => {
    const judged = detectAnomaly(series, { at, value, ...more }, rules[measure], least);
    series = judged.series;
    return judged.state;
  });
}

const measures = Object.keys(rules) as Measure[];
const measure = fc.constantFrom(...measures);
/** Of 0 to 1: what is drawn is spread over a band. */
const unit = fc.double({ min: 0, max: 1, noNaN: true });
const units = (min: number, max: number) => fc.array(unit, { minLength: min, maxLength: max });
const level = fc.double({ min: 1e-3, max: 1e9, noNaN: true });

describe("judging", () => {
  it("never finds an anomaly while values stay in a band that is narrower than the factor, or than the least rise", () => {
    fc.assert(
      fc.property(measure, level, units(1, 60), fc.integer({ min: 1, max: 10_000 }), (name, low, draws, events) => {
        const { factor, leastRise } = rules[name];
        const width = Math.max((factor - 1) * low, leastRise);
        const states = run(
          name,
          draws.map((draw) => low + draw * width),
          { events },
        );
        expect(states).not.toContain("anomaly");
        expect(states).not.toContain("high");
      }),
    );
  });

  it("finds one within two looks when the level rises by the factor, above the noise of before", () => {
    fc.assert(
      fc.property(
        measure,
        level,
        units(least, 20),
        units(2, 2),
        fc.integer({ min: 1, max: 10_000 }),
        (name, low, before, after, events) => {
          const { factor, leastRise, riseOfOne = 0 } = rules[name];
          const floor = Math.max(leastRise, riseOfOne / Math.sqrt(events));
          const noise = Math.min(0.1 * low, Math.max((factor - 1) * low, floor));
          const most = low + noise;
          const least = most + Math.max((factor - 1) * most, floor, 10 * noise) * 1.001;
          const states = run(
            name,
            [...before.map((draw) => low + draw * noise), ...after.map((draw) => least * (1 + draw))],
            {
              events,
            },
          );
          expect(states.slice(before.length)).toContain("anomaly");
          expect(states.slice(0, before.length)).not.toContain("anomaly");
        },
      ),
    );
  });

  it("does not depend on the unit", () => {
    const scale = fc.constantFrom(1 / 1024, 0.25, 2, 1024);
    fc.assert(
      fc.property(measure, fc.array(level, { maxLength: 40 }), scale, (name, values, times) => {
        const rule = rules[name];
        const scaled = {
          ...rule,
          leastRise: rule.leastRise * times,
          riseOfOne: (rule.riseOfOne ?? 0) * times,
          stall: (rule.stall ?? 0) * times,
        };
        let [one, other] = [newSeries, newSeries];
        for (const value of values) {
          const events = 50;
          const first = detectAnomaly(one, { at, value, events }, { ...rule, riseOfOne: rule.riseOfOne ?? 0 }, least);
          const second = detectAnomaly(other, { at, value: value * times, events }, scaled, least);
          [one, other] = [first.series, second.series];
          expect(second.state).toBe(first.state);
        }
      }),
    );
  });

  it.each([
    ["one value far off, of many observations, at once", [1, 1, 1, 1, 1, 400], { events: 50 }, "anomaly"],
    ["one call of a few that stalls, in the next look", [1, 1, 1, 1, 1, 220], { events: 6 }, "high"],
    ["several calls of a few that stall, at once", [1, 1, 1, 1, 1, 500], { events: 6 }, "anomaly"],
    ["one value far off, of few observations, in the next look", [1, 1, 1, 1, 1, 400], { events: 2 }, "high"],
    ["what was as high before the watch is not compared", [400, 400, 400, 400, 400, 400], { events: 50 }, "normal"],
    [
      "against what the ledger knows, from the first value on",
      [40],
      { events: 50, former: { value: 1, factor: 3 } },
      "anomaly",
    ],
    ["what the ledger knows, three times as slow", [4.9], { events: 50, former: { value: 1, factor: 3 } }, "high"],
    ["above what somebody has said, twice", [3, 3], { atMost: 2 }, "anomaly"],
    ["below what somebody has said, whatever it was", [0.1, 0.1, 0.1, 0.1, 0.1, 1.9, 1.9], { atMost: 2 }, "normal"],
  ] as const)("%s", (_, values, more, state) => {
    expect(run("statement-time", values, more).at(-1)).toBe(state);
  });

  it("forgets a value that was high when the next one is not, and does not take it into the baseline", () => {
    expect(run("statement-time", [1, 1, 1, 1, 1, 5, 1, 5, 1, 5, 1], { events: 100 }).slice(5)).toEqual([
      "high",
      "normal",
      "high",
      "normal",
      "high",
      "normal",
    ]);
  });
});

describe("calls that have not ended", () => {
  const statement = { id: "a", calls: 200, totalMs: 20 };
  const running = (...runs: readonly (readonly [run: string, ms: number, id?: string])[]) => ({
    running: runs.map(([run, ms, id = "a"]) => ({ id, run, ms })),
  });
  it.each([
    ["one, seen for the first time", statement, running(["1", 1300]), [], []],
    ["one that the last look has seen", statement, running(["1", 1300]), ["1"], [1300]],
    ["several at once", statement, running(["1", 1300], ["2", 1100]), [], [1300, 1100]],
    ["of another statement", statement, running(["1", 1300, "b"], ["2", 1300]), [], []],
    ["as long as it usually takes", { ...statement, totalMs: 200_000 }, running(["1", 1300]), ["1"], []],
    ["without history", { ...statement, calls: 19 }, running(["1", 1300], ["2", 1300]), ["1"], []],
  ] as const)("%s", (_, of, now, before, late) => {
    expect(lateCalls(of, now, new Set(before))).toEqual(late);
  });
});

describe("counters", () => {
  const step = fc.record({
    calls: fc.integer({ min: 0, max: 500 }),
    reset: fc.constantFrom("none", "all", "one", "silent"),
  });

  it("that are set back, whoever does that and however little later, never show an anomaly", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (steps, meanMs) => {
          let counter: Counter = { calls: 1000, totalMs: 1000 * meanMs, firstAt: "0" };
          let last: Counter | undefined;
          let series = newSeries;
          for (const [look, { calls, reset }] of steps.entries()) {
            // A server before PostgreSQL 17 does not say when it began to count a statement, nor MySQL when somebody truncates its table:
            // then the counts go down, or what is seen is a part of what was.
            if (reset !== "none")
              counter = { calls: 0, totalMs: 0, firstAt: reset === "one" ? `${look}` : counter.firstAt };
            counter = { ...counter, calls: counter.calls + calls, totalMs: counter.totalMs + calls * meanMs };
            const since = between(last, counter, reset === "all");
            last = counter;
            if (since === undefined || since.calls === 0) continue;
            const judged = detectAnomaly(
              series,
              { at, value: since.totalMs / since.calls, events: since.calls },
              rules["statement-time"],
              least,
            );
            series = judged.series;
            expect(judged.state).not.toBe("anomaly");
          }
        },
      ),
    );
  });

  it.each([
    ["none before", undefined, { calls: 5, totalMs: 5 }, false, undefined],
    ["more", { calls: 5, totalMs: 5 }, { calls: 15, totalMs: 6 }, false, { calls: 10, totalMs: 1 }],
    ["all were set back", { calls: 5, totalMs: 5 }, { calls: 15, totalMs: 6 }, true, undefined],
    ["fewer calls", { calls: 5, totalMs: 5 }, { calls: 4, totalMs: 9 }, false, undefined],
    [
      "another beginning",
      { calls: 5, totalMs: 5, firstAt: "a" },
      { calls: 9, totalMs: 9, firstAt: "b" },
      false,
      undefined,
    ],
  ] as const)("%s", (_, then, now, isReset, expected) => {
    expect(between(then, now, isReset)).toEqual(expected);
  });
});
