import { sizeText, timeText } from "../backfill/run-option.js";
import type { Measure, MeasureUnit } from "../operate/watch/measures.js";
import type { Anomaly, LookState, WatchEvent, WatchOutcome } from "../operate/watch/watch-target.js";
import type { Colors } from "./colors.js";
import { columns } from "./columns.js";
import { counted } from "./counted.js";
import { duration } from "./progress.js";

/** The result of an action that was taken because of an anomaly. */
export interface Reaction {
  readonly isDone: boolean;
  readonly text: string;
}

/** The start of a watch: what it observes on a target and what not, with the reason and the privilege to grant. */
export function beganText(target: string, looks: readonly LookState[], colors: Colors): string {
  return [
    colors.bold(target),
    columns(
      looks.map(({ look, isLooking, blind, needless }) => {
        if (blind.length > 0)
          return [colors.yellow(`! ${look}`), `${isLooking ? "in part " : ""}not watched: ${said(blind)}`];
        if (needless.length > 0 && !isLooking) return [colors.dim(`· ${look}`), colors.dim(said(needless))];
        return [`${colors.green("✔")} ${look}`, "watched"];
      }),
    ),
  ].join("\n");
}

/** One line for a notable event. Undefined: nothing has changed. */
export function eventText(target: string, event: WatchEvent, colors: Colors): string | undefined {
  switch (event.kind) {
    case "began":
      return beganText(target, event.looks, colors);
    case "baseline":
      return `${target}: the baseline is complete: ${counted(event.series, "measure")}`;
    case "high":
      return colors.yellow(
        `${target}: ${subjectText(event.point)} ${figure(event.point.value, event.unit)}, before ${figure(event.baseline, event.unit)}: the next measurement confirms it or not`,
      );
    case "calm":
      return `${target}: ${subjectText(event.point)} ${figure(event.point.value, event.unit)} again`;
    case "state":
      return stateText(target, event.state, colors);
    case "lost":
      return colors.yellow(`${target}: the connection is lost (${event.reason}); retrying`);
    case "back":
      return `${target}: connected again after ${duration(event.afterMs)}`;
    case "looked":
      return undefined;
    default:
      return event satisfies never;
  }
}

function stateText(target: string, { look, blind, needless }: LookState, colors: Colors): string {
  if (blind.length > 0) return colors.yellow(`${target}: ${look} is not watched: ${said(blind)}`);
  return needless.length > 0 ? `${target}: ${look}: ${said(needless)}` : `${target}: ${look} is watched`;
}

/** The status line that is rewritten. */
export function lookedText(
  target: string,
  { look, series, passedMs }: Extract<WatchEvent, { kind: "looked" }>,
  baseline: number,
  forMs: number,
): string {
  const what =
    look < baseline
      ? `measuring the baseline, ${look} of ${baseline}`
      : `${counted(series, "measure")} within the baseline`;
  return `  ${target}  ${duration(passedMs)} of ${duration(forMs)}  ${what}`;
}

/** The end of a watch without an anomaly, with what it could not observe. */
export function quietText({ target, looks, passedMs, compared, states }: WatchOutcome, colors: Colors): string {
  const unseen = states.filter(({ blind }) => blind.length > 0).map(({ look }) => look);
  const not = unseen.length === 0 ? "" : `; not watched: ${unseen.join(", ")}`;
  if (compared === 0)
    return `${colors.yellow("!")} ${target}: nothing could be compared in ${duration(passedMs)}: ${looks === 0 ? "no probe completed" : "there was no load, or no baseline yet"}${not}`;
  return `${colors.green("✔")} ${target}: no anomaly in ${duration(passedMs)}, ${counted(looks, "probe")} of ${counted(compared, "measure")}${not}`;
}

/** The anomaly, since when, and the value before. */
export function anomalyText(anomaly: Anomaly, colors: Colors): string {
  return `${colors.red("✖")} ${anomaly.target}: ${anomalySentence(anomaly)}`;
}

/** The same as one plain sentence: for the ledger, and for the command that is run. */
export function anomalySentence(anomaly: Anomaly): string {
  const since = `since ${anomaly.since.slice(11, 19)} UTC`;
  const { detail } = anomaly;
  if (anomaly.kind === "lost")
    return `cannot be measured ${since}, ${counted(anomaly.looks, "attempt")}: ${anomaly.detail}`;
  const { value, unit, baseline, events } = anomaly;
  const of = events === undefined ? "" : ` (${counted(events, eventNouns[anomaly.measure] ?? "observation")})`;
  return `${subjectText(anomaly)} ${figure(value, unit)} ${since}, before ${figure(baseline, unit)}${of}${detail === undefined ? "" : `: ${detail}`}`;
}

const eventNouns: Partial<Readonly<Record<Measure, string>>> = {
  "statement-time": "call",
  "failed-transactions": "transaction",
  "http-failures": "request",
  "http-time": "request",
};

function subjectText({ measure, subject }: { readonly measure: Measure; readonly subject: string }): string {
  switch (measure) {
    case "statement-time":
      return `‘${subject}’ takes`;
    case "failed-transactions":
      return "transactions rolled back:";
    case "http-failures":
      return `failed requests to ${subject}:`;
    case "http-time":
      return `${subject} responds after`;
    case "prometheus":
      return `the query of ${subject} returns`;
    case "lock-wait":
      return `a session waits for a lock on ${subject} or its rows:`;
    case "replica-bytes":
    case "replica-time":
      return `the replica ${subject} lags by`;
    case "missing-values":
      return `new rows without a value in ${subject}:`;
    default:
      return measure satisfies never;
  }
}

function figure(value: number, unit: MeasureUnit): string {
  switch (unit) {
    case "ms":
      return value < 10 ? `${Number(value.toFixed(2))} ms` : timeText(Math.round(value));
    case "share":
      return `${Number((value * 100).toPrecision(3))} %`;
    case "bytes":
      return sizeText(value);
    case "rows":
      return String(value);
    case "number":
      return String(Number(value.toPrecision(4)));
    default:
      return unit satisfies never;
  }
}

/** Lines below the anomalies: the actions taken, and those that were not. */
export function reactionsText(reactions: readonly Reaction[], colors: Colors): string[] {
  return reactions.map(({ isDone, text }) => `  ${isDone ? colors.green("✔") : colors.yellow("!")} ${text}`);
}

const said = (reasons: readonly string[]) => [...new Set(reasons)].join("; ");
