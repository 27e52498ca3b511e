import { expect, it } from "vitest";
import { OtherWriters } from "../../../core/src/backfill/other-writers.js";

/** Once a second: rows written by anybody, rows filled; `undefined`: nothing tells. */
type Look = readonly [number | undefined, number];

const filling = (count: number, more = 0): Look[] =>
  Array.from({ length: count }, (_, at) => [1000 + at * (100 + more), at * 100]);

it.each<readonly [string, readonly Look[], string]>([
  ["nothing looked", [], "unknown"],
  [
    "a server that does not tell",
    [
      [undefined, 0],
      [undefined, 100],
    ],
    "unknown",
  ],
  ["one look", [[1000, 0]], "unknown"],
  ["rows of the run alone, for a moment", filling(3), "unknown"],
  ["rows of the run alone", filling(4), "quiet"],
  ["one row a second of somebody else", filling(9, 1), "write"],
  ["somebody who has ended", [...filling(9, 1), [1908, 900], [2008, 1000], [2108, 1100]], "quiet"],
  [
    "counts that stand still while rows are filled",
    [
      [0, 0],
      [0, 100],
      [0, 200],
      [0, 300],
      [0, 400],
    ],
    "unknown",
  ],
  ["a run that waits, after rows of it were counted", [...filling(4), [1300, 300], [1300, 300]], "quiet"],
  ["a batch that ends between the two answers", [...filling(4), [1400, 480], [1580, 580], [1680, 680]], "quiet"],
  [
    "a batch that ends between the two answers of the first look",
    [
      [1000, 50],
      [1100, 100],
      [1200, 200],
      [1300, 300],
    ],
    "quiet",
  ],
  ["somebody who hides behind such a batch", [...filling(4), [1405, 480], [1585, 580]], "write"],
  ["counts that were set back", [...filling(6), [0, 600], [100, 700]], "unknown"],
  ["and then rows of the run alone", [...filling(6), [0, 600], [100, 700], [200, 800], [300, 900]], "quiet"],
])("%s", (_, looks, state) => {
  const others = new OtherWriters();
  for (const [at, [written, filled]] of looks.entries()) others.look(written, filled, at * 1000);
  expect(others.state((looks.length - 1) * 1000)).toBe(state);
});

it("knows nothing when it was not told for long, and what it sees of waits counts", () => {
  const others = new OtherWriters();
  for (const [at, [written, filled]] of filling(5).entries()) others.look(written, filled, at * 1000);
  expect(others.state(4000)).toBe("quiet");
  others.met(4500);
  expect(others.state(4600)).toBe("write");
  expect(others.state(7500)).toBe("unknown");
});
