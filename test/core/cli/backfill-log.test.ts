import { expect, it } from "vitest";
import type { BackfillEvent } from "../../../core/src/backfill/events.js";
import { BackfillJsonLines, BackfillLog } from "../../../core/src/cli/backfill-log.js";

const place = { plan: "p1", target: "production", table: "User" };

function logOf(Lines: typeof BackfillLog | typeof BackfillJsonLines) {
  let ms = 0;
  const lines: string[] = [];
  const io = { err: (text: string) => void lines.push(text), now: () => new Date(ms) };
  const log = new Lines(io, place);
  return {
    lines,
    at(now: number, event: BackfillEvent) {
      ms = now;
      log.show(event);
    },
  };
}

const progress = (rows: number): BackfillEvent => ({
  kind: "progress",
  rows,
  total: 1000,
  filled: rows,
  rowsPerSecond: 99.6,
  etaMs: 10,
  batchRows: 10,
  batchMs: 3.4,
});
const waiting = (signal: string, forMs: number): BackfillEvent => ({
  kind: "waiting",
  signal,
  reason: 'it is "late"',
  pauseMs: 1000,
  forMs,
});
const released = (signal: string, forMs: number): BackfillEvent => ({
  kind: "released",
  signal,
  reason: "late",
  forMs,
});

it("a log has a line for each change, and one every 30 seconds", () => {
  const { lines, at } = logOf(BackfillLog);
  at(0, { kind: "started", table: "User", total: 1000, rows: 0, isResumed: false });
  for (let ms = 100; ms <= 61_000; ms += 100) at(ms, progress(ms / 300));
  expect(lines.map((line) => line.split(" ").slice(0, 3).join(" "))).toEqual([
    "lockstep backfill: started",
    "lockstep backfill: progress",
    "lockstep backfill: progress",
  ]);
  expect(lines[1]).toBe(
    "lockstep backfill: progress plan=p1 target=production table=User rows=100 total=1000 filled=100 rowsPerSecond=100 etaMs=10 batchRows=10 batchMs=3",
  );
});

it("a log has no line for the short pauses of a rate, and two for a wait that lasts", () => {
  const { lines, at } = logOf(BackfillLog);
  for (let ms = 0; ms < 5000; ms += 500) {
    at(ms, waiting("max-rows-per-second", 0));
    at(ms + 400, released("max-rows-per-second", 400));
  }
  for (let ms = 0; ms <= 9000; ms += 1000) at(5000 + ms, waiting("replica-lag", ms));
  at(14_500, released("replica-lag", 9500));
  expect(lines).toEqual([
    'lockstep backfill: waiting plan=p1 target=production table=User signal=replica-lag reason="it is \\"late\\"" pauseMs=1000 forMs=1000',
    "lockstep backfill: released plan=p1 target=production table=User signal=replica-lag reason=late forMs=9500",
  ]);
});

it("every event is a line of JSON with the same head", () => {
  const { lines, at } = logOf(BackfillJsonLines);
  at(0, { kind: "started", table: "User", total: 1000, rows: 0, isResumed: false });
  at(1, progress(10));
  at(2, { kind: "notice", message: "a\nb\u0085c" });
  at(3, { kind: "failed", code: "LS5006", message: "no" });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { at: "1970-01-01T00:00:00.000Z", ...place, event: "started", total: 1000, rows: 0, isResumed: false },
    expect.objectContaining({ ...place, event: "progress", rows: 10, rowsPerSecond: 100, batchMs: 3 }),
    expect.objectContaining({ event: "notice", message: "a\nb\u0085c" }),
    { at: "1970-01-01T00:00:00.003Z", ...place, event: "failed", code: "LS5006", message: "no" },
  ]);
  expect(lines.join("")).not.toMatch(/\n|\u0085/);
});
