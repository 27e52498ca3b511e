/**
 * One backfill in a process of its own, as in production: what it takes and needs. Plain JavaScript over the build, because a loader of
 * TypeScript would be measured along with it. argv: the input as JSON.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { runBackfill } from "../../../core/dist/backfill/runner.js";
import { systemClock } from "../../../core/dist/dialect/db/clock.js";

const { rowMs, ...input } = JSON.parse(process.argv[2]);
/** What it computes is somebody else's answer, which takes its time for each row. */
const computed = async (rows) => {
  await sleep(rowMs * rows.length);
  return rows.map(({ email }) => email.toLowerCase());
};
const moments = {};
const largest = { batchRows: 0 };
const begin = performance.now();
const result = await runBackfill({
  ...input,
  clock: systemClock,
  random: Math.random,
  ...(rowMs === undefined ? {} : { functions: new Map([["User.handle", { reads: ["email"], fill: computed }]]) }),
  onEvent(event) {
    moments[event.kind] = performance.now() - begin;
    if (event.kind === "started") process.send({ kind: "started", rows: event.rows });
    if (event.kind === "progress") {
      largest.batchRows = Math.max(largest.batchRows, event.batchRows);
      process.send({ kind: "progress", rows: event.rows });
    }
  },
});
process.send(
  {
    kind: "ended",
    totalMs: performance.now() - begin,
    batchesMs: moments.progress - moments.started,
    largestBatch: largest.batchRows,
    filled: result.filled,
    batches: result.batches,
    peakMb: process.resourceUsage().maxRSS / 1024,
  },
  undefined,
  undefined,
  () => process.exit(0),
);
