import { expect, it } from "vitest";
import { resolveRunSettings } from "../../../core/src/backfill/input.js";
import { Pacing } from "../../../core/src/backfill/pacing.js";
import type { BackfillSession } from "../../../core/src/backfill/session.js";
import maxRowsPerSecond from "../../../core/src/backfill/signals/max-rows-per-second.js";
import type { LastBatch, Signal } from "../../../core/src/backfill/signals/signal.js";

/** Nothing that is asked here asks a database. */
const session = { work: { columns: [] as string[] } } as unknown as BackfillSession;
const limit = 1000;

/** One process: sessions that go through rows as fast as they may. Time is its own, the beginning is given. */
function processOf(startMs: number, own: number, othersAt: (ms: number) => number) {
  let ms = startMs;
  const clock = {
    now: () => ms,
    async sleep(by: number) {
      ms += by;
    },
  };
  const spec = { table: { name: "User" }, key: [], columns: [], uniqueKeys: [] };
  const options = { maxRowsPerSecond: String(limit) };
  const signals = [maxRowsPerSecond] as unknown as Signal[];
  const pacing = new Pacing(resolveRunSettings({ url: "", plan: "", spec, clock, random: () => 0, signals, options }));
  return async (untilMs: number) => {
    const passed: { ms: number; rows: number }[] = [];
    const last: (LastBatch | undefined)[] = Array.from({ length: own }, () => undefined);
    for (let turn = 0; ms < untilMs; turn++) {
      pacing.workers = { own, others: othersAt(ms) };
      await pacing.beforeBatch(session, last[turn % own]);
      pacing.workers = { own, others: othersAt(ms) };
      const rows = Math.floor(pacing.rowsPerSecond! / 2);
      ms += 10;
      last[turn % own] = { rows, ms: 10, commitMs: 0, waitedMs: 0, endedMs: ms };
      passed.push({ ms, rows });
    }
    return passed;
  };
}

it.each([
  ["one process", [[0, 1]]],
  ["one process with four sessions", [[0, 4]]],
  [
    "two that begin at once",
    [
      [0, 1],
      [0, 1],
    ],
  ],
  [
    "one that joins later",
    [
      [0, 2],
      [3000, 1],
    ],
  ],
  [
    "three, with several sessions each",
    [
      [0, 2],
      [2500, 4],
      [4200, 3],
    ],
  ],
] as [string, [number, number][]][])(
  "%s: never more than the limit, and no less than most of it",
  async (_, processes) => {
    const passed = [];
    for (const [at, [startMs, own]] of processes.entries()) {
      // Others hear of a process a second after it began.
      const othersAt = (ms: number) =>
        processes.reduce((sum, [begun, size], other) => {
          const heardMs = begun <= startMs ? begun : begun + 1000;
          return other !== at && heardMs <= ms ? sum + size : sum;
        }, 0);
      passed.push(...(await processOf(startMs, own, othersAt)(10_000)));
    }
    for (let from = 0; from + 3000 <= 10_000; from += 100) {
      const rows = passed.filter(({ ms }) => ms > from && ms <= from + 3000).reduce((sum, each) => sum + each.rows, 0);
      // Half a second's worth is in hand at either end.
      expect(rows).toBeLessThanOrEqual(limit * 3.5 + limit / 2);
    }
    const all = passed.filter(({ ms }) => ms > 6000).reduce((sum, { rows }) => sum + rows, 0);
    expect(all).toBeGreaterThan(limit * 4 * 0.8);
    expect(all).toBeLessThanOrEqual(limit * 4.5);
  },
);
