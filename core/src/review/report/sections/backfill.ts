import { counted } from "../../counted.js";
import { columnLabel } from "../../messages.js";
import { duration } from "../../progress.js";
import { stallText, waitText } from "../../rehearsal-words.js";
import { type Chart, heading, list, missing, type Part, text } from "../blocks.js";
import { thinned } from "../charts/thinned.js";
import { timeText } from "../charts/ticks.js";
import { defineSection, type RecordedRun, type ReportInput } from "../section.js";

const mostPoints = 400;
const mostRows = 40;

/** A stretch of a backfill: rows filled per second, and the lag of replicas. */
interface Stretch {
  readonly atMs: number;
  readonly untilMs: number;
  readonly rows: number;
  readonly lagMs?: number;
  /** Default: its whole duration. A stretch may contain pauses. */
  readonly workedMs?: number;
}

/** Rows per second, lag and waits of the backfills over time. */
export default defineSection({
  id: "backfill",
  title: "The backfill over time",

  data({ plan, rehearsal, runs }: ReportInput) {
    const run = rehearsal?.runs.find(({ way }) => way === "plan");
    const steps = (run?.steps ?? []).filter(({ kind }) => kind === "backfill");
    return {
      columns: plan.backfills.flatMap(({ table, columns }) => columns.map(({ name }) => columnLabel({ table, name }))),
      runs,
      hasReplica: rehearsal?.stage.hasReplica ?? false,
      rehearsed: steps.map(({ id, title, startedMs, durationMs, rows, batches, waits, error, traffic, lag }) => ({
        id,
        title,
        durationMs,
        rows,
        batches,
        waits,
        error,
        traffic,
        lag,
        points: stretches(run?.points ?? [], startedMs, startedMs + durationMs),
        expected: rehearsal?.expected?.find((each) => each.id === id),
      })),
    };
  },

  view({ columns, rehearsed, hasReplica, runs }, { command }) {
    if (columns.length === 0) return [text("The plan fills no rows.")];
    const recorded = runs === undefined ? [] : recordedBlocks(runs, command("backfill status"));
    if (rehearsed.length === 0)
      return [...recorded, missing("speed of the backfill, and waits that it causes", command("rehearse"))];
    const ahead = rehearsed.flatMap((step, at) => {
      const { title, rows = 0, batches = 0, durationMs, waits, points, error, expected, lag } = step;
      const seconds = Math.max(durationMs / 1000, 0.001);
      const blocks: Part[] = [
        heading(title),
        text(
          `${counted(rows, "row")} in ${batches === 1 ? "1 batch" : counted(batches, "batche")} and ${stallText(durationMs)}, ${counted(Math.round(rows / seconds), "row")} a second${error === undefined ? "" : `; refused: ${error}`}.${expected === undefined ? "" : ` Expected in production, from its row counts: about ${duration(expected.ms)} (${duration(expected.leastMs)} to ${duration(expected.mostMs)}).`}`,
        ),
      ];
      if (points.length > 1) blocks.push(rateChart(String(at), title, points));
      if (hasReplica && points.length > 1) blocks.push(lagChart(String(at), title, points));
      else if (!hasReplica) blocks.push(missing("replica lag during the backfill", `${command("rehearse")} --replica`));
      if (lag !== undefined && points.length < 2)
        blocks.push(text(`A replica lagged by at most ${stallText(lag.ms)}.`));
      blocks.push(
        waits.length === 0 ? text("No session waited for its locks.") : list(waits.map((wait) => waitText(wait))),
      );
      return blocks;
    });
    return [...recorded, ...ahead];
  },
});

/** The maximum number of charts; the data contains all backfills. */
const mostRuns = 6;

/** The actual runs. @param status the command that lists all */
function recordedBlocks(runs: readonly RecordedRun[], status: string): readonly Part[] {
  if (runs.length === 0) return [text("No backfill has started on these targets.")];
  return [
    ...runs.slice(0, mostRuns).flatMap(recordedRun),
    ...(runs.length > mostRuns ? [text(`And ${runs.length - mostRuns} more: \`${status}\`.`)] : []),
  ];
}

function recordedRun(
  { target, table, columns, status, startedAt, rows, batches, history }: RecordedRun,
  at: number,
): Part[] {
  const title = `On ${target}: ${columns.map((each) => `"${each}"`).join(", ")} of "${table.name}"`;
  const blocks: Part[] = [
    heading(title),
    text(
      `${counted(rows, "row")} in ${batches === 1 ? "1 batch" : counted(batches, "batche")}, begun ${startedAt.slice(0, 10)} ${startedAt.slice(11, 16)} UTC, ${status}.`,
    ),
  ];
  const [first] = history?.points ?? [];
  if (history === undefined || first === undefined)
    return [
      ...blocks,
      text("There is no history: the run took less than a second, or another version of Lockstep ran it."),
    ];
  const points = history.points.map(({ at, forMs, rows, lagMs }) => ({
    atMs: at - first.at,
    untilMs: at - first.at + forMs,
    workedMs: forMs,
    rows,
    ...(lagMs !== undefined && { lagMs }),
  }));
  const waited = history.points.flatMap((point) => (point.waits === undefined ? [] : [point.at - first.at]));
  const marks = waited.length === 0 ? undefined : { name: "it waited", atMs: waited };
  blocks.push({ ...rateChart(`run-${at}`, title, points), ...(marks && { marks }) });
  if (points.some(({ lagMs }) => lagMs !== undefined)) blocks.push(lagChart(`run-${at}`, title, points));
  const waits = new Map<string, { ms: number; reason: string }>();
  for (const { signal, reason, ms } of history.points.flatMap((point) => point.waits ?? []))
    waits.set(signal, { ms: ms + (waits.get(signal)?.ms ?? 0), reason });
  blocks.push(
    waits.size === 0
      ? text("It never waited.")
      : list(
          [...waits].map(([signal, { ms, reason }]) => [
            `waited ${duration(ms)} for `,
            { strong: signal },
            `, last: ${reason}`,
          ]),
        ),
  );
  return blocks;
}

function rateChart(at: string, title: string, points: readonly Stretch[]): Chart {
  const rate = ({ rows, atMs, untilMs, workedMs = untilMs - atMs }: Stretch) =>
    Math.round((rows * 1000) / Math.max(workedMs, 1));
  const most = Math.max(...points.map(rate));
  return {
    kind: "chart",
    id: `rate-${at}`,
    title: `${title}: rows a second`,
    description: `At most ${counted(most, "row")} a second.`,
    endMs: points.at(-1)?.untilMs ?? 1,
    unit: (value) => counted(value, "row").replace(/ rows?$/, ""),
    series: [
      { name: "rows a second", tone: "main", points: points.map((each) => ({ atMs: each.atMs, value: rate(each) })) },
    ],
    bands: [],
    table: {
      caption: `${title}, over time`,
      head: ["#from", "#rows a second", "#rows"],
      rows: thinned(points, mostRows, mergedStretch).map((each) => [
        timeText(each.atMs),
        String(rate(each)),
        String(each.rows),
      ]),
    },
  };
}

function lagChart(at: string, title: string, points: readonly Stretch[]): Chart {
  const lags = points.map(({ lagMs = 0 }) => lagMs);
  return {
    kind: "chart",
    id: `lag-${at}`,
    title: `${title}: replica lag`,
    description: `At most ${stallText(Math.max(0, ...lags))}.`,
    endMs: points.at(-1)?.untilMs ?? 1,
    unit: stallText,
    series: [
      { name: "replica lag", tone: "other", points: points.map(({ atMs, lagMs = 0 }) => ({ atMs, value: lagMs })) },
    ],
    bands: [],
    table: {
      caption: `${title}, replica lag over time`,
      head: ["#from", "#behind"],
      rows: thinned(points, mostRows, mergedStretch).map(({ atMs, lagMs = 0 }) => [timeText(atMs), stallText(lagMs)]),
    },
  };
}

/** The rows filled between two points, from the beginning of the step on. */
function stretches(
  points: readonly { readonly atMs: number; readonly rows?: number | undefined; readonly lagMs?: number | undefined }[],
  fromMs: number,
  toMs: number,
): readonly Stretch[] {
  const own = points.filter(({ atMs, rows }) => rows !== undefined && atMs >= fromMs - 1000 && atMs <= toMs);
  const all = own.map(({ atMs, rows = 0, lagMs }, at): Stretch => {
    const next = own[at + 1]?.atMs ?? toMs;
    return {
      atMs: Math.max(0, atMs - fromMs),
      untilMs: Math.max(0, next - fromMs),
      rows: Math.max(0, rows - (own[at - 1]?.rows ?? 0)),
      ...(lagMs !== undefined && { lagMs }),
    };
  });
  return thinned(
    all.filter(({ atMs, untilMs }) => untilMs > atMs),
    mostPoints,
    mergedStretch,
  );
}

function mergedStretch(near: readonly Stretch[]): Stretch {
  const [first] = near as readonly [Stretch];
  const lags = near.flatMap(({ lagMs }) => lagMs ?? []);
  return {
    atMs: first.atMs,
    untilMs: near.at(-1)?.untilMs ?? first.untilMs,
    rows: near.reduce((sum, { rows }) => sum + rows, 0),
    workedMs: near.reduce((sum, { atMs, untilMs, workedMs = untilMs - atMs }) => sum + workedMs, 0),
    ...(lags.length > 0 && { lagMs: Math.max(...lags) }),
  };
}
