import { dialectLabels } from "../../../model/dialect.js";
import type { Rehearsal, RehearsalPoint, RehearsedRun } from "../../../rehearsal/results/rehearsal.js";
import { counted } from "../../counted.js";
import { rowsText, trafficText } from "../../rehearsal.js";
import { stallText } from "../../rehearsal-words.js";
import { type Block, type Chart, missing, type Part, table, text } from "../blocks.js";
import { thinned } from "../charts/thinned.js";
import { timeText } from "../charts/ticks.js";
import { defineSection, type ReportInput } from "../section.js";

/** The limit for the width of a picture and the length of a table. */
const mostPoints = 400;
const mostRows = 40;

/** The effect on an application: the ORM's own migration against the plan. */
export default defineSection({
  id: "stalls",
  title: "Effect on the application",

  data: ({ rehearsal, measured }: ReportInput) => ({
    about: measured?.about,
    stage: rehearsal?.stage,
    traffic: rehearsal?.traffic,
    runs: ((measured ?? rehearsal)?.runs ?? []).map(({ way, before, steps, points }) => ({
      way,
      before,
      endMs: endOf({ steps, points }),
      points: thinned(points, mostPoints, merged).map(({ atMs, requests, failed, longestMs, waiting }) => ({
        atMs,
        requests,
        failed,
        longestMs,
        waiting,
      })),
      steps: steps.map(({ id, kind, phase, title, startedMs, durationMs, traffic, error }) => ({
        id,
        kind,
        phase,
        title,
        startedMs,
        durationMs,
        traffic,
        error,
      })),
    })),
  }),

  view({ runs, stage, traffic, about }, { command, plan }) {
    if (about !== undefined) return [text(about), ...chartsOf(runs, false)];
    if (stage === undefined || traffic === undefined)
      return [missing("request waits and failures, with and without the plan", command("rehearse"))];
    const blocks: Part[] = [
      text(
        `On a stage with ${dialectLabels[plan.dialect]} ${stage.server}: ${stage.tables.map(({ table, rows }) => `"${table.name}" with ${counted(rows, "row")}`).join(", ")}; ${rowsText({ stage })}; ${trafficText(traffic)}.`,
      ),
    ];
    if (traffic.kind === "none")
      return [...blocks, text("Lockstep could send no request, so no wait was measured.", "warn")];
    return [...blocks, ...chartsOf(runs, true)];
  },
});

/** On a common scale and time axis. */
function chartsOf(runs: readonly Run[], isRehearsed: boolean): readonly Block[] {
  const most = Math.max(...runs.flatMap(({ points }) => points.map(({ longestMs }) => longestMs)));
  const endMs = Math.max(...runs.map((run) => run.endMs));
  return runs.flatMap((run) => [chartOf({ ...run, endMs }, most, isRehearsed), stepsOf(run)]);
}

type Run = Pick<RehearsedRun, "way" | "before"> & {
  readonly endMs: number;
  readonly points: readonly Pick<RehearsalPoint, "atMs" | "requests" | "failed" | "longestMs" | "waiting">[];
  readonly steps: readonly Pick<
    RehearsedRun["steps"][number],
    "id" | "kind" | "phase" | "title" | "startedMs" | "durationMs" | "traffic" | "error"
  >[];
};

const names = { naive: "The ORM’s own migration", plan: "The plan" } as const;

function chartOf({ way, points, endMs, steps }: Run, most: number, isRehearsed: boolean): Chart {
  const longest = Math.max(0, ...steps.map(({ traffic }) => traffic?.longestMs ?? 0));
  const failed = points.filter((point) => point.failed > 0);
  const failures = failed.reduce((sum, point) => sum + point.failed, 0);
  // A request that waits at the end of that time waits for the first step.
  const first = steps[0]?.startedMs ?? 0;
  const quiet = points.filter((_, at) => (points[at + 1]?.atMs ?? endMs) < first).map(({ longestMs }) => longestMs);
  const calm = quiet.length === 0 ? "" : `; before the first step ${stallText(Math.max(...quiet))}`;
  const between = Math.max(0, ...points.slice(quiet.length).map(({ longestMs }) => longestMs));
  // A phase is applied again after it was reverted, and statements are prepared for another build: not part of a deployment.
  const own =
    isRehearsed && between > longest
      ? `; between steps, where the rehearsal prepares the next, ${stallText(between)}`
      : "";
  return {
    kind: "chart",
    id: `stalls-${way}`,
    title: `${names[way]}: longest wait of a request`,
    description: `The longest wait in a step is ${stallText(longest)}${calm}${own}; ${failures === 0 ? "no request fails" : `${counted(failures, "request")} fail`}. Both charts have one scale and one time axis.`,
    endMs,
    most,
    unit: stallText,
    series: [
      {
        name: "longest wait of the requests that were due",
        tone: way === "naive" ? "bad" : "main",
        points: points.map(({ atMs, longestMs }) => ({ atMs, value: longestMs })),
      },
    ],
    bands: bandsOf(steps),
    ...(failed.length > 0 && { marks: { name: "requests failed", atMs: failed.map(({ atMs }) => atMs) } }),
    table: {
      caption: `${names[way]}, over time`,
      head: ["#from", "#requests", "#longest wait", "#failed", "#waiting at the end"],
      rows: thinned(points, mostRows, merged).map((point) => [
        timeText(point.atMs),
        String(point.requests),
        stallText(point.longestMs),
        String(point.failed),
        String(point.waiting),
      ]),
    },
  };
}

/** Consecutive steps of one phase form one band. */
function bandsOf(steps: Run["steps"]): Chart["bands"] {
  const bands: { name: string; fromMs: number; toMs: number }[] = [];
  for (const { kind, phase, startedMs, durationMs } of steps) {
    const name = kind === "naive" ? "migration" : kind === "undo" ? "undo" : (phase ?? "");
    const toMs = startedMs + durationMs;
    const last = bands.at(-1);
    if (last?.name === name) last.toMs = toMs;
    else bands.push({ name, fromMs: startedMs, toMs });
  }
  return bands;
}

function stepsOf({ way, steps, before }: Run): Block {
  const known = new Set(before?.failed.map(({ reason }) => reason));
  return table(
    `${names[way]}, step by step`,
    ["step", "phase", "#duration", "#longest wait", "#99 % waited at most", "#requests", "#failed"],
    steps.map(({ kind, phase, title, durationMs, traffic, error }) => {
      const failed = (traffic?.failed ?? []).filter(({ reason }) => !known.has(reason));
      return [
        way === "naive" ? { code: short(title) } : `${kind === "undo" ? "back: " : ""}${short(title)}`,
        phase ?? "",
        `${stallText(durationMs)}${error === undefined ? "" : ", refused"}`,
        ...(traffic === undefined
          ? ["–", "–", "0", "0"]
          : [
              stallText(traffic.longestMs),
              stallText(traffic.p99Ms),
              String(traffic.requests),
              String(failed.reduce((sum, { requests }) => sum + requests, 0)),
            ]),
      ];
    }),
  );
}

export function merged<T extends Pick<RehearsalPoint, "atMs" | "requests" | "failed" | "longestMs" | "waiting">>(
  near: readonly T[],
): T {
  const [first] = near as readonly [T];
  const sum = (of: (point: T) => number) => near.reduce((total, point) => total + of(point), 0);
  return {
    ...first,
    requests: sum(({ requests }) => requests),
    failed: sum(({ failed }) => failed),
    longestMs: Math.max(...near.map(({ longestMs }) => longestMs)),
    waiting: near.at(-1)?.waiting ?? 0,
  };
}

function endOf({ steps, points }: Pick<Rehearsal["runs"][number], "steps" | "points">): number {
  const ends = steps.map(({ startedMs, durationMs }) => startedMs + durationMs);
  return Math.max(1, points.at(-1)?.atMs ?? 0, ...ends);
}

const short = (said: string) => (said.length > 120 ? `${said.slice(0, 119)}…` : said);
