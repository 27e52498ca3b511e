import { sizeText } from "../backfill/run-option.js";
import { dialectLabels } from "../model/dialect.js";
import type { Rehearsal, RehearsedRun, RehearsedStep } from "../rehearsal/results/rehearsal.js";
import type { Colors } from "./colors.js";
import { columns } from "./columns.js";
import { counted } from "./counted.js";
import { duration } from "./progress.js";
import {
  adviceTexts,
  differenceText,
  findingText,
  replannedText,
  seenText,
  stallText,
  waitText,
} from "./rehearsal-words.js";

/** The result of a rehearsal: what would have happened, what happens with the plan, and what to change. */
export function rehearsalText(rehearsal: Rehearsal, colors: Colors): string {
  const { stage, traffic, runs, replanned = [], explained, expected = [], findings } = rehearsal;
  const titleOf = new Map(runs.flatMap(({ steps }) => steps.map(({ id, title }) => [id, title])));
  const advice = adviceTexts(rehearsal);
  return [
    `${colors.bold(rehearsal.plan)} on ${dialectLabels[stage.dialect]} ${stage.server}: ${stage.tables.map(({ table, rows }) => `"${table.name}" with ${counted(rows, "row")}`).join(", ")}`,
    colors.dim(`  ${rowsText(rehearsal)}; ${trafficText(traffic)}`),
    ...runs.flatMap((run) => ["", runText(run, colors)]),
    "",
    replanned.length === 0
      ? `Query plans: ${explained === 0 ? "none were compared" : `those of ${counted(explained, "statement")} do not change in any phase`}`
      : [
          "Query plans that changed",
          ...replanned.map((each) => {
            const text = `  ${each.isWorse ? colors.red("✖") : colors.dim("·")} ${each.phase}: ${short(each.statement)}`;
            return `${text}\n    ${colors.dim(replannedText(each))}`;
          }),
        ].join("\n"),
    ...(expected.length === 0
      ? []
      : [
          "",
          "Expected in production, from its row counts",
          columns(
            expected.map(({ id, ms, leastMs, mostMs }) => [
              titleOf.get(id) ?? id,
              `about ${duration(ms)}`,
              colors.dim(`${duration(leastMs)} to ${duration(mostMs)}`),
            ]),
          ),
        ]),
    ...(advice.length === 0 ? [] : ["", "What to change", ...advice.map((text) => `  ${colors.yellow("!")} ${text}`)]),
    "",
    findings.length === 0
      ? `${colors.green("✔")} ${verdictText(rehearsal)}`
      : [
          `${colors.red("✖")} ${counted(findings.length, "problem")} that users would notice, or that contradict the plan`,
          ...findings.map(
            (finding) =>
              `  ${finding.step === undefined ? "" : `${titleOf.get(finding.step) ?? finding.step}: `}${findingText(finding)}`,
          ),
        ].join("\n"),
  ].join("\n");
}

/** Where the rows came from. */
export function rowsText({ stage }: Pick<Rehearsal, "stage">): string {
  const { rows, statsOf, scale, madeMs, dialect } = stage;
  if (rows === "own") return "its own rows";
  if (rows === "made-up") return "invented rows, because there is no lockstep/stats.json";
  const made = `rows generated from the statistics of ${statsOf}, ${scale === 1 ? "as many as there" : `${scale} of them`}, in ${duration(madeMs)}`;
  if (dialect === "postgresql") return made;
  return `${made} (those of ${dialectLabels[dialect]} contain no shares of NULLs or common values)`;
}

/** The traffic during the rehearsal. */
export function trafficText({ kind, rate, statements, leftOut }: Rehearsal["traffic"]): string {
  if (kind === "none") return "no traffic: Lockstep could send nothing";
  if (kind === "script") return "your script's requests over HTTP to your own builds of before and after";
  if (kind === "builds")
    return `${counted(statements, "request")} over HTTP to your own builds of before and after, ${rate} a second`;
  const what =
    kind === "statements"
      ? `${counted(statements, "statement")} of production`
      : "generated reads, updates and inserts, because there are no statistics of production";
  const left = leftOut.reduce((sum, each) => sum + each.statements, 0);
  return `${what}, ${rate} a second${left === 0 ? "" : `; ${counted(left, "statement")} left out: ${reasonsText(leftOut)}`}`;
}

/** Reports the same message for several SQLSTATEs once. */
function reasonsText(leftOut: Rehearsal["traffic"]["leftOut"]): string {
  const states = new Map<string, string[]>();
  for (const { reason } of leftOut) {
    const [, words = reason, state] = /^(.*) \(SQLSTATE (\w+)\)$/s.exec(reason) ?? [];
    states.set(words, [...(states.get(words) ?? []), ...(state === undefined ? [] : [state])]);
  }
  return [...states]
    .map(([words, each]) => (each.length === 0 ? words : `${words} (SQLSTATE ${each.join(", ")})`))
    .join("; ");
}

function runText(run: RehearsedRun, colors: Colors): string {
  const { way, before, steps } = run;
  const calm =
    before === undefined
      ? ""
      : colors.dim(`  (before: p99 ${stallText(before.p99Ms)}, longest ${stallText(before.longestMs)})`);
  const head = `${colors.bold(way === "naive" ? "The ORM's own migration" : "The plan")}${calm}`;
  const known = new Set(before?.failed.map(({ reason }) => reason));
  return [
    head,
    columns(
      steps.map((step) => [
        mark(step, colors),
        step.phase ?? "",
        `${step.kind === "undo" ? "undo: " : ""}${short(step.title)}`,
        stallText(step.durationMs),
        requestsText(step, known, colors),
        locksText(step, colors),
      ]),
    ),
    ...steps.flatMap((step) => [
      ...(step.error === undefined ? [] : [`  ${colors.red("✖")} ${short(step.title)}: rejected: ${step.error}`]),
      ...step.differences.map((each) => `  ${colors.red("✖")} ${short(step.title)}: ${differenceText(each)}`),
      ...step.waits.map((each) => colors.dim(`    ${short(step.title)}: ${waitText(each)}`)),
    ]),
  ].join("\n");
}

function mark({ error, differences, traffic }: RehearsedStep, colors: Colors): string {
  if (error !== undefined || differences.length > 0) return colors.red("✖");
  return traffic !== undefined && traffic.longestMs > 1000 ? colors.yellow("!") : colors.green("✔");
}

function requestsText({ traffic }: RehearsedStep, known: ReadonlySet<string>, colors: Colors): string {
  if (traffic === undefined) return "";
  const failed = traffic.failed.reduce((sum, { reason, requests }) => sum + (known.has(reason) ? 0 : requests), 0);
  const longest = `longest wait ${stallText(traffic.longestMs)}`;
  return `${traffic.longestMs > 1000 ? colors.red(longest) : longest}${failed === 0 ? "" : `, ${colors.red(`${failed} failed`)}`}`;
}

function locksText(step: RehearsedStep, colors: Colors): string {
  const { observed, kind, rows, batches, growthBytes = 0, lag } = step;
  if (kind === "backfill")
    return colors.dim(
      `${counted(rows ?? 0, "row")} in ${batches === 1 ? "1 batch" : `${batches ?? 0} batches`}, ${sizeText(Math.max(growthBytes, 0))} more${lag === undefined ? "" : `, replica lag up to ${stallText(lag.ms)} and ${sizeText(lag.bytes)}`}`,
    );
  if (observed === undefined) return "";
  return colors.dim(seenText(observed));
}

/** For a rehearsal without a finding. */
export function verdictText({ runs, traffic, ends }: Rehearsal): string {
  const plan = runs.find(({ way }) => way === "plan");
  const longest = Math.max(0, ...(plan?.steps ?? []).map((step) => step.traffic?.longestMs ?? 0));
  const compared = (plan?.steps ?? []).filter(({ stated }) => stated !== undefined);
  // If the server keeps no lock history, very short locks were not observed.
  const isComplete = compared.every(({ observed }) => observed?.held !== undefined);
  const locks = compared.length === 0 ? "" : `; every ${isComplete ? "" : "lasting "}lock was as the plan states`;
  const end =
    ends === "same"
      ? "; the final schema is that of the ORM's own migration"
      : ends === "migration-refused"
        ? ". The final schema was not compared with the ORM's own migration: the server rejects that migration even on empty tables"
        : "";
  const isTakenBack = plan?.steps.some(({ kind }) => kind === "undo") === true;
  const back = isTakenBack ? "every undo succeeded" : "the plan has no undo to try";
  const failed = (plan?.steps ?? [])
    .flatMap((step) => step.traffic?.failed ?? [])
    .reduce((sum, { requests }) => sum + requests, 0);
  const requests = failed === 0 ? "No request failed" : `No request failed that did not fail before (${failed} did)`;
  return traffic.kind === "none"
    ? `Every step succeeded, ${back}${locks}${end}. Waits of the application were not measured, because no request was sent`
    : `${requests}, none waited for longer than ${stallText(longest)}, ${back}${locks}${end}`;
}

const short = (text: string) => (text.length > 70 ? `${text.slice(0, 69)}…` : text);
