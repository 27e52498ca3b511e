import fc from "fast-check";
import { expect, it } from "vitest";
import { thinned } from "../../../../core/src/review/report/charts/thinned.js";
import { ticks, timeText, timeTicks } from "../../../../core/src/review/report/charts/ticks.js";
import { html } from "../../../../core/src/review/report/template.js";

it("an axis reaches its greatest value in a few even steps", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (most) => {
      const all = ticks(most);
      expect(all[0]).toBe(0);
      expect(all.at(-1)).toBeGreaterThanOrEqual(most * 0.999999);
      expect(all.length).toBeGreaterThan(1);
      expect(all.length).toBeLessThanOrEqual(6);
      // No more than one step is empty.
      expect(all.at(-2)).toBeLessThan(most);
    }),
  );
});

it("an axis of time has marks that can be told apart, within the run", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 * 86_400_000 }), (endMs) => {
      const all = timeTicks(endMs);
      expect(all[0]).toBe(0);
      expect(all.at(-1)).toBeLessThanOrEqual(endMs);
      expect(all.length).toBeLessThanOrEqual(7);
      expect(new Set(all.map(timeText)).size).toBe(all.length);
    }),
  );
});

it.each([
  [0, "0 s"],
  [30_000, "30 s"],
  [90_000, "90 s"],
  [60_000, "1 min"],
  [150_000, "2 min 30 s"],
  [7_200_000, "2 h"],
])("%i ms are %s", (ms, text) => {
  expect(timeText(ms)).toBe(text);
});

it("points that are merged stay in order, and nothing of them is lost", () => {
  const sum = (points: readonly number[]) => points.reduce((a, b) => a + b, 0);
  fc.assert(
    fc.property(fc.array(fc.nat(1000)), fc.integer({ min: 1, max: 50 }), (points, most) => {
      const fewer = thinned(points, most, sum);
      expect(fewer.length).toBeLessThanOrEqual(most);
      expect(sum(fewer)).toBe(sum(points));
    }),
  );
});

it("a value in a template is text, whatever it says", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (said) => {
      const made = html`<p title="${said}">${said}</p>`.text;
      expect(made.slice(3, -4).replace(/^ ?title="[^"<>]*">/, "")).not.toMatch(/[<>"']/);
      expect(made).toMatch(/^<p title="[^"<>]*">[^<>"']*<\/p>$/);
    }),
  );
  expect(html`${["a", html`<b>${"<"}</b>`, undefined, false, 3]}`.text).toBe("a<b>&lt;</b>3");
});
