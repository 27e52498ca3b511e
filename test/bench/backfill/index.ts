/** What a backfill takes: beside one UPDATE of all rows, beside an application, with a replica, by functions, after a kill. */
import { median, milliseconds, whole } from "../figures.js";
import type { BackfillPart, Options } from "../options.js";
import type { BenchReport, Bound } from "../report.js";
import { type BusyFigures, measureBusy } from "./busy.js";
import { measureFunctions } from "./functions.js";
import { type IdleCase, type IdleFigures, idleCases, measureIdle, shareOf } from "./idle.js";
import { measureReplica } from "./replica.js";
import { measureResume, type ResumeFigures } from "./resume.js";

/** Below the noise of any machine: a shorter longest wait counts as this. */
const leastWaitMs = 5;
const mostMb = 150;

export async function benchBackfill(
  options: Options["backfill"],
  progress: (text: string) => void,
): Promise<BenchReport> {
  const only = async <T>(part: BackfillPart, measure: () => Promise<T>): Promise<T | undefined> =>
    options.parts.includes(part) ? measure() : undefined;
  const idle = await only("idle", async () => {
    const all: (readonly [IdleCase, readonly IdleFigures[]])[] = [];
    for (const each of idleCases)
      all.push([each, await measureIdle(each, options, (text) => progress(`${each.name}: ${text}`))]);
    return all;
  });
  const busy = await only("busy", () => measureBusy(options, progress));
  const replica = await only("replica", () => measureReplica(options, progress));
  const functions = await only("functions", () =>
    measureFunctions({ ...options, rows: options.functionRows }, progress),
  );
  const resumed = await only("resume", () => measureResume(options.resumeRows, progress));
  const peaks = [
    ...(idle ?? []).flatMap(([, all]) => all.map(({ ran }) => ran.peakMb)),
    ...(resumed ? [resumed.peakMb] : []),
  ];
  return {
    name: "backfill",
    title: `PostgreSQL: a backfill of ${whole(options.rows)} rows beside one UPDATE of them, a unique index in place`,
    table: idle === undefined ? [] : [head, ...idle.map(line)],
    notes: [
      ...(busy ? busyNotes(options.rate, busy) : []),
      ...(resumed ? [resumeNote(resumed)] : []),
      ...(idle ? ["The estimates' figures are shares of what then happened: 1 is right."] : []),
    ],
    bounds: [
      ...(idle ?? []).flatMap(idleBounds),
      ...(busy ? busyBounds(busy) : []),
      ...(replica
        ? [
            bound(
              "a replica that keeps up, watched: no more than 10 % loss",
              1 - median(replica.map(({ ignoredMs, watchedMs }) => ignoredMs / watchedMs)),
              (loss) => loss <= 0.1,
            ),
          ]
        : []),
      ...(functions
        ? [
            bound(
              "a function's values: four sessions at least 3 times as fast as one",
              median(functions.map(({ oneMs, fourMs }) => oneMs / fourMs)),
              (times) => times >= 3,
            ),
          ]
        : []),
      ...(resumed
        ? [
            {
              promise: `${whole(options.resumeRows)} rows, killed half-way: at most one batch a session is made again, every row is right`,
              measured: `${resumed.repeated} rows again, ${resumed.wrong} wrong`,
              isMet: resumed.wrong === 0 && resumed.repeated <= resumed.workers * resumed.largestBatch,
            },
          ]
        : []),
      ...(peaks.length === 0
        ? []
        : [
            {
              promise: `the process of a run needs less than ${mostMb} MB`,
              measured: `${whole(Math.max(...peaks))} MB`,
              isMet: Math.max(...peaks) < mostMb,
            },
          ]),
    ],
    measurements: {
      idle: Object.fromEntries((idle ?? []).map(([{ name }, figures]) => [name, figures])),
      busy,
      replica,
      functions,
      resumed,
    },
  };
}

const head = [
  "key",
  "UPDATE",
  "whole run",
  "share",
  "batches alone",
  "share",
  "largest batch",
  "estimate: time",
  "WAL",
  "growth",
];

function line([{ name }, figures]: readonly [IdleCase, readonly IdleFigures[]]): readonly string[] {
  const middle = (of: (each: IdleFigures) => number) => median(figures.map(of));
  return [
    name,
    milliseconds(middle(({ updateMs }) => updateMs)),
    milliseconds(middle(({ ran }) => ran.totalMs)),
    shareOf(figures, ({ totalMs }) => totalMs).toFixed(2),
    milliseconds(middle(({ ran }) => ran.batchesMs)),
    shareOf(figures, ({ batchesMs }) => batchesMs).toFixed(2),
    whole(middle(({ ran }) => ran.largestBatch)),
    ...(["duration", "log", "growth"] as const).map((of) => middle(({ estimated }) => estimated[of]).toFixed(2)),
  ];
}

function idleBounds([{ name, least, leastBatches }, figures]: readonly [
  IdleCase,
  readonly IdleFigures[],
]): readonly Bound[] {
  const wrong = (of: "duration" | "log" | "growth") =>
    Math.max(...figures.map(({ estimated }) => Math.max(estimated[of], 1 / estimated[of])));
  return [
    bound(
      `${name}: the whole run has at least ${least} of the rate of one UPDATE`,
      shareOf(figures, ({ totalMs }) => totalMs),
      (share) => share >= least,
    ),
    ...(leastBatches === undefined
      ? []
      : [
          bound(
            `${name}: its batches have at least ${leastBatches} of it`,
            shareOf(figures, ({ batchesMs }) => batchesMs),
            (share) => share >= leastBatches,
          ),
        ]),
    bound(
      `${name}: the estimate of the time is right within a factor of 2`,
      wrong("duration"),
      (factor) => factor <= 2,
    ),
    bound(`${name}: and that of the WAL`, wrong("log"), (factor) => factor <= 2),
    bound(`${name}: and that of the growth`, wrong("growth"), (factor) => factor <= 2),
  ];
}

function busyBounds({ rounds }: BusyFigures): readonly Bound[] {
  const over = (of: (each: (typeof rounds)[number]) => number) => median(rounds.map(of));
  const floor = (ms: number) => Math.max(ms, leastWaitMs);
  const failures = rounds.reduce((sum, each) => sum + each.backfill.failures, 0);
  return [
    bound(
      "beside an application: its longest wait is at most 3 times that without a backfill",
      over(({ alone, backfill }) => floor(backfill.longestMs) / floor(alone.longestMs)),
      (times) => times <= 3 && failures === 0,
    ),
    bound(
      "and at most 1/50 of that beside one UPDATE",
      over(({ update, backfill }) => update.longestMs / floor(backfill.longestMs)),
      (times) => times >= 50,
    ),
  ];
}

function bound(promise: string, value: number, isMet: (value: number) => boolean): Bound {
  return { promise, measured: value.toFixed(2), isMet: isMet(value) };
}

function busyNotes(rate: number, { rounds, files, synced }: BusyFigures): readonly string[] {
  const middle = <T>(all: readonly T[], of: (each: T) => number) => milliseconds(median(all.map(of)));
  return [
    `Beside ${rate} operations a second, the server's files ${files === "memory" ? "in memory" : "on disk"}, the longest wait: ${middle(rounds, ({ alone }) => alone.longestMs)} without a backfill, ` +
      `${middle(rounds, ({ backfill }) => backfill.longestMs)} with one, ${middle(rounds, ({ update }) => update.longestMs)} with one UPDATE.`,
    `On a disk that is waited for: ${middle(synced, ({ alone }) => alone.longestMs)} without a backfill and ${middle(synced, ({ backfill }) => backfill.longestMs)} with one; ` +
      `one query in a thousand longer than ${middle(synced, ({ alone }) => alone.p999Ms)} and ${middle(synced, ({ backfill }) => backfill.p999Ms)}. No bound: the disk decides (docs/reference-backfill.md).`,
  ];
}

function resumeNote({ workers, largestBatch }: ResumeFigures): string {
  return `The run that was killed had ${workers} sessions; batches of the next one were of up to ${whole(largestBatch)} rows.`;
}
