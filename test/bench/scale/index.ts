/** Backfills of up to ten billion rows, simulated from measured figures: see `simulate.ts`. */
import { whole } from "../figures.js";
import type { BenchReport } from "../report.js";
import { type Simulated, type Site, simulate } from "./simulate.js";

/** The first two by the bench `backfill`, on two cores, a unique index in place, each page written whole once; the others are assumed. */
export const measured = {
  rowsPerSecond: 88_000,
  logBytesPerRow: 800,
  replayBytesPerSecond: 80e6,
  vacuumRowsPerSecond: 50_000,
} as const;

const sites: readonly (readonly [string, Partial<Site>])[] = [
  ["at any hour", {}],
  ["from 01:00 to 05:00", { window: "01:00-05:00" }],
  ["a replica that replays 20 MB/s", { replayBytesPerSecond: 20e6 }],
  ["autovacuum at 10 000 rows/s", { vacuumRowsPerSecond: 10_000 }],
];

export async function benchScale(sizes: readonly number[], progress: (text: string) => void): Promise<BenchReport> {
  const runs: (readonly [number, string, Simulated])[] = [];
  for (const rows of sizes)
    for (const [name, more] of sites) {
      progress(`${whole(rows)} rows, ${name}`);
      runs.push([rows, name, await simulate({ ...measured, rows, ...more })]);
    }
  return {
    name: "scale",
    title: `simulated from ${whole(measured.rowsPerSecond)} rows a second and ${measured.logBytesPerRow} bytes of WAL a row`,
    table: [
      ["rows", "", "days", "hours at work", "waited for", "WAL", "most lag", "most dead rows"],
      ...runs.map(([rows, name, { days, hoursAtWork, hoursWaited, logBytes, mostLagBytes, mostDeadRows }]) => [
        whole(rows),
        name,
        days.toFixed(1),
        hoursAtWork.toFixed(1),
        Object.entries(hoursWaited)
          .map(([signal, hours]) => `${signal} ${hours.toFixed(1)} h`)
          .join(", ") || "nothing",
        `${whole(logBytes / 1e9)} GB`,
        `${whole(mostLagBytes / 2 ** 20)} MB`,
        `${whole(mostDeadRows / 1e6)} M`,
      ]),
    ],
    notes: ["Nothing here is judged: it says what the limits of a run do with these figures."],
    bounds: [],
    measurements: { measured, runs },
  };
}
