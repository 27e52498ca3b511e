import { expect, it } from "vitest";
import type { BatchResult } from "../../../core/src/backfill/batch.js";
import { defaultBatchLimits } from "../../../core/src/backfill/batch-size.js";
import { BatchSizing } from "../../../core/src/backfill/batch-sizing.js";
import type { OthersState } from "../../../core/src/backfill/other-writers.js";
import type { Run } from "../../../core/src/backfill/run.js";

/** What sizes are decided by, of a run that is none. */
function sizing(batchMs?: number) {
  const run = {
    others: "unknown" as OthersState,
    pacing: { option: (name: string) => (name === "batchMs" ? batchMs : undefined), rowsPerSecond: undefined },
    settings: { limits: defaultBatchLimits, functionMs: 2000 },
  };
  const sizes = new BatchSizing(run as unknown as Run);
  const took = (rowMs: number, beginMs: number) => {
    const rows = sizes.rows;
    sizes.adapt();
    sizes.took({ size: sizes.rows, beginMs } as BatchResult, sizes.rows * rowMs + 6 * beginMs, undefined);
    return rows;
  };
  return { run, sizes, took };
}
const settled = (took: () => number) => Array.from({ length: 80 }, took).at(-1)!;

it.each([
  ["near the server", 0.1],
  ["far from it, where messages alone take longer", 10],
])("batches do 15 ms of work %s", (_, beginMs) => {
  const { took } = sizing();
  expect(settled(() => took(0.01, beginMs)) * 0.01).toBeCloseTo(15, 0);
});

it("batches take all in all what somebody has asked for", () => {
  const { took } = sizing(50);
  expect(settled(() => took(0.01, 4)) * 0.01).toBeCloseTo(50 - 24, 0);
});

it("batches get long while nobody else writes, and short at once when somebody does", () => {
  const { run, sizes, took } = sizing();
  const short = settled(() => took(0.02, 0));
  run.others = "quiet";
  const long = settled(() => took(0.02, 0));
  expect(long / short).toBeCloseTo(500 / 15, 0);
  run.others = "write";
  sizes.adapt();
  expect(sizes.rows).toBeCloseTo(short, -2);
});
