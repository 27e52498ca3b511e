import { flagOf } from "../backfill/run-option.js";
import { type BackfillNow, type BackfillState, silentMs, stateOf, stateText } from "../backfill/state.js";
import { momentText } from "../model/moment.js";
import type { BackfillRecord } from "../target/ledger/backfills.js";
import type { Worker } from "../target/ledger/workers.js";
import type { Colors } from "./colors.js";
import { counted } from "./counted.js";
import { grouped, inGroups } from "./group-status.js";
import { bar, duration } from "./progress.js";

/** A backfill on a target, for `backfill status`. */
export interface BackfillStatus extends BackfillNow {
  readonly target: string;
  /** The config's name for a group of targets that includes it. */
  readonly group?: string;
  /** `"User"."handle"` */
  readonly label: string;
  /** Why an earlier pass no longer counts. */
  readonly again?: string;
}

/** Workers report every second: one that has been silent for so long may have ended. */
const quietMs = 3000;

/** A pass over a column that was dropped and added again since. @param again a sentence without its full stop */
export function againText({ rowsDone, status, updatedAt }: BackfillRecord, again: string): string {
  return `An earlier pass (${counted(rowsDone, "row")}, ${status}, as of ${momentText(updatedAt)}) does not count. ${again}`;
}

/** All statuses. Targets under one name are counted, and only their running backfills are shown. */
export function backfillStatusesText(statuses: readonly BackfillStatus[], colors: Colors): string {
  const { alone, groups } = inGroups(statuses);
  return [
    ...alone.map((status) => backfillStatusText(status, colors)),
    ...groups.flatMap(({ name, members }) => groupText(name, members, colors)),
  ].join("\n");
}

function groupText(name: string, members: readonly BackfillStatus[], colors: Colors): readonly string[] {
  const states = grouped(members, stateOf);
  const sum = (of: (record: BackfillRecord) => number) =>
    members.reduce((total, { record }) => total + (record === undefined ? 0 : of(record)), 0);
  const done = sum(({ rowsDone }) => rowsDone);
  const total = sum(({ rowsDone, rowsEstimated, status }) =>
    status === "done" ? rowsDone : Math.max(rowsEstimated, rowsDone),
  );
  const begun = members.length - (states.get("not begun")?.length ?? 0);
  const quiet: readonly BackfillState[] = ["done", "not begun"];
  const shown = members.filter((status) => !quiet.includes(stateOf(status)));
  return [
    `${colors.bold(`${name} (${members.length})`)}  ${[...states].map(([state, { length }]) => `${length} ${state}`).join(", ")}`,
    `  ${bare(done)} of about ${counted(total, "row")} on the ${begun} that have begun`,
    ...shown.slice(0, shownOfGroup).map((status) => backfillStatusText(status, colors)),
    ...(shown.length > shownOfGroup ? [`  and ${shown.length - shownOfGroup} more: --json, or --target <name>`] : []),
  ];
}

/** The number of backfills of a group that are shown in full. */
const shownOfGroup = 8;

/** One backfill, in a few lines. */
export function backfillStatusText(status: BackfillStatus, colors: Colors): string {
  const { target, label, record, again, workers } = status;
  const state = stateOf(status);
  const head = `${colors.bold(target)}  ${label}  ${state}`;
  if (record === undefined) return again === undefined ? head : `${head}\n  ${again}`;
  // An estimate is not shown once the rows are counted.
  const total = state === "done" ? record.rowsDone : Math.max(record.rowsEstimated, record.rowsDone);
  const percent = total === 0 ? 100 : Math.min(100, Math.floor((record.rowsDone / total) * 100));
  const live = state === "done" ? [] : workers.filter((worker) => worker.silentMs < silentMs);
  const { settings } = record.control;
  const limit = Number(settings.maxRowsPerSecond ?? Number.POSITIVE_INFINITY);
  // Measurements from before a limit was set do not apply to the remaining rows.
  const rate = Math.min(rateOf(live), limit);
  const etaMs = rate === 0 ? undefined : ((total - record.rowsDone) / rate) * 1000;
  const wish = stateText(status);
  return [
    head,
    [
      `  ${bar(state === "done" ? 100 : percent)} ${state === "done" ? 100 : percent} %`,
      `${state === "done" ? "" : `${bare(record.rowsDone)} of about `}${counted(total, "row")}, ${bare(record.rowsFilled)} filled in ${counted(record.batches, "batch").replace("batchs", "batches")}`,
      ...(rate > 0 ? [`${counted(Math.round(rate), "row")}/s`] : []),
      ...(etaMs === undefined || state !== "running" ? [] : [`ETA ${duration(etaMs)}`]),
    ].join("  "),
    `  begun ${momentText(record.startedAt)}${record.finishedAt === null ? "" : `, done ${momentText(record.finishedAt)}`}`,
    ...(wish === state ? [] : [`  ${wish}`]),
    ...live.map((worker) => workerText(worker)),
    ...(record.error === null || state === "running" ? [] : [`  ${record.error.replaceAll("\n", "\n  ")}`]),
    ...(Object.keys(settings).length === 0
      ? []
      : [
          `  set: ${Object.entries(settings)
            .map(([name, text]) => `${flagOf(name)} ${text}`)
            .join(" ")}`,
        ]),
  ].join("\n");
}

/** Rows per second of all processes: each session of a process reports its rate. A silent one counts as idle. */
function rateOf(live: readonly Worker[]): number {
  const rates = new Map<string, number>();
  for (const { host, pid, report, silentMs: silent } of live)
    if (silent < quietMs)
      rates.set(`${host} ${pid}`, Math.max(rates.get(`${host} ${pid}`) ?? 0, report.rowsPerSecond ?? 0));
  return [...rates.values()].reduce((sum, rate) => sum + rate, 0);
}

/** What determines the size of batches. */
const othersText = {
  write: ": others write to the table",
  quiet: ": no other writes to the table were seen",
  unknown: ": whether others write to the table is unknown",
} as const;

function workerText({ host, pid, report, silentMs: silent }: Worker): string {
  const { state = "starting", waiting, batchRows, batchMs, others, blind = [] } = report;
  const doing =
    waiting !== undefined
      ? `waiting for ${duration(waiting.forMs)}${waiting.signal === "paused" ? "" : `: ${waiting.reason}`}`
      : state === "filling" && batchRows !== undefined && batchMs !== undefined
        ? `filling, batches of ${counted(batchRows, "row")}, ${Math.round(batchMs)} ms each${others === undefined ? "" : othersText[others]}`
        : state === "reading"
          ? "reading the whole table"
          : state === "sweeping"
            ? "scanning for remaining rows"
            : state;
  const heard = silent >= quietMs ? `, last seen ${duration(silent)} ago` : "";
  return [`  ${host} pid ${pid}: ${doing}${heard}`, ...blind.map(({ reason }) => `    not watched: ${reason}`)].join(
    "\n",
  );
}

/** A number whose noun is printed elsewhere. */
const bare = (count: number) => counted(count, "row").replace(/ rows?$/, "");
