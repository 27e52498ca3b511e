import { expect, it } from "vitest";
import { processedText } from "../../../core/src/backfill/state.js";
import { backfillStatusText } from "../../../core/src/review/backfill-status.js";
import { colorsFor } from "../../../core/src/review/colors.js";
import type { BackfillRecord } from "../../../core/src/target/ledger/backfills.js";
import type { Worker, WorkerReport } from "../../../core/src/target/ledger/workers.js";

const table = { schema: "public", name: "User", oid: 1 };
const record: BackfillRecord = {
  plan: "p",
  table,
  once: false,
  status: "running",
  work: { key: [{ column: "id", type: "bigint" }], columns: ["handle"] },
  cursor: { phase: "pass", after: ["250000"] },
  rowsDone: 250_000,
  rowsFilled: 249_000,
  rowsEstimated: 1_000_000,
  batches: 120,
  startedAt: "2026-11-23T01:00:00.000Z",
  updatedAt: "2026-11-23T01:00:10.000Z",
  finishedAt: null,
  runner: "w",
  error: null,
  control: { settings: {} },
  isOpen: true,
};
const worker = (report: WorkerReport): Worker => ({
  worker: "w",
  table,
  once: false,
  host: "jobs-1",
  pid: 7,
  startedAt: "2026-11-23T01:00:00.000Z",
  silentMs: 400,
  report,
});
const filling: WorkerReport = { state: "filling", rowsPerSecond: 50_000, batchRows: 1600, batchMs: 19.4 };

const statusText = (change: Partial<BackfillRecord>, workers: readonly Worker[]) =>
  backfillStatusText(
    { target: "production", label: `"User"."handle"`, record: { ...record, ...change }, workers },
    colorsFor(false),
  );

it("adds up the rates of processes: the sessions of one have one, and one that is silent has none", () => {
  const text = statusText({}, [
    worker(filling),
    worker({ ...filling, batchRows: 900 }),
    { ...worker(filling), host: "jobs-2" },
    { ...worker(filling), host: "jobs-3", silentMs: 5000 },
  ]);
  expect(text).toContain("  100 000 rows/s  ETA 8 s");
  expect(text).toContain("jobs-3 pid 7: filling, batches of 1 600 rows, 19 ms each, last seen 5 s ago");
});

it("says once who has paused it, and indents what a run has ended with", () => {
  const waiting = { signal: "paused", reason: "paused by ann on 2026-11-23 01:02 UTC: noise", forMs: 9000 };
  const paused = { who: "ann", at: "2026-11-23T01:02:03.000Z", why: "noise" };
  const control = { settings: {}, paused };
  const lines = statusText({ control }, [worker({ ...filling, state: "waiting", waiting })]).split("\n");
  expect(lines.slice(2)).toEqual([
    "  begun 2026-11-23 01:00 UTC",
    "  paused by ann on 2026-11-23 01:02 UTC: noise",
    "  jobs-1 pid 7: waiting for 9 s",
  ]);
  expect(statusText({ status: "failed", error: "one\ntwo" }, [])).toMatch(/\n {2}one\n {2}two$/);
});

it.each<readonly [string, WorkerReport, string]>([
  [
    "short batches",
    { ...filling, others: "write" },
    "filling, batches of 1 600 rows, 19 ms each: others write to the table",
  ],
  [
    "long ones",
    { ...filling, batchRows: 40_000, batchMs: 490, others: "quiet" },
    "filling, batches of 40 000 rows, 490 ms each: no other writes to the table were seen",
  ],
  [
    "a server that does not tell",
    { ...filling, others: "unknown" },
    "filling, batches of 1 600 rows, 19 ms each: whether others write to the table is unknown",
  ],
  ["as somebody has asked for", filling, "filling, batches of 1 600 rows, 19 ms each"],
])("%s", (_, report, line) => {
  const text = statusText({}, [worker(report)]);
  expect(text.split("\n").map((each) => each.trim())).toContain(`jobs-1 pid 7: ${line}`);
});

it.each([
  [391, 5000, "391 of about 5 000 rows processed"],
  [5200, 5000, "5 200 rows processed"],
  [1, 0, "1 row processed"],
])("the position of %s rows, estimated %s", (rowsDone, rowsEstimated, text) => {
  expect(processedText({ rowsDone, rowsEstimated })).toBe(text);
});
