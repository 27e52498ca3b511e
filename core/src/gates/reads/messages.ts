import { momentText } from "../../model/moment.js";
import { statementText } from "../../sql/statement-words.js";
import type { OpenWriter } from "../gate.js";
import { type ComparedStatement, type Former, leastCalls, type StatementComparison } from "./compare-statements.js";
import type { ReadsMeasured } from "./measure-reads.js";

/** Slower reads, worse plans and worse measures, each with an id that a confirmation records. */
export function faultsOf({ statements, measures }: ReadsMeasured): readonly OpenWriter[] {
  return [
    ...(statements?.slower ?? []).map((each) =>
      placeOf(
        "slower",
        each.id,
        `${quoted(each)} ${each.former ? "took" : "takes"} ${ms(each.afterMs)}, before ${ms(each.beforeMs)} (${counted(each.calls, "call")})${formerText(each)}`,
      ),
    ),
    ...(statements?.replanned ?? [])
      .filter(({ isWorse }) => isWorse)
      .map((each) =>
        placeOf(
          "plan",
          each.id,
          `${quoted(each)} ${each.former ? "used" : "uses"} the plan ${plan(each.after)}, before ${plan(each.before)}${formerText(each)}`,
        ),
      ),
    ...measures.filter(({ verdict }) => verdict === "worse").map(({ name, text }) => placeOf("measure", name, text)),
  ];
}

/** Reads of the column without a counterpart to compare with, and measures without a usable answer. */
export function unknownsOf({ statements, measures }: ReadsMeasured): readonly OpenWriter[] {
  return [
    ...(statements?.unpaired ?? []).map((each) =>
      placeOf("new", each.id, `${quoted(each)} is new, and takes ${ms(each.afterMs)} (${counted(each.calls, "call")})`),
    ),
    ...measures.filter(({ verdict }) => verdict === "unknown").map(({ name, text }) => placeOf("measure", name, text)),
  ];
}

/** Short enough for a person to read: the gate's `--json` lists all of them. */
export function listText(places: readonly OpenWriter[], most = 5): string {
  const more = places.length > most ? [`${places.length - most} more`] : [];
  return [...places.slice(0, most).map(({ reason }) => reason), ...more].join("; ");
}

/** The compared and the uncompared parts, as text. @param name of the column, as in sentences */
export function measuredText(
  { statements, measures, unplanned, uncounted, baselineAt = "", isIncomplete }: ReadsMeasured,
  name: string,
): string {
  if (statements === undefined) return "";
  const { compared, plans, replanned, others, seldom, columnCalls } = statements;
  const changed = replanned.filter(({ isWorse }) => !isWorse);
  const parts = [
    `${counted(columnCalls, "read")} of ${name} since switch was released (${momentText(baselineAt)})`,
    `${counted(compared.length, "statement")} compared with before`,
    unplanned === undefined ? `${counted(plans, "query plan")} compared` : `query plans not compared: ${unplanned}`,
    ...changed.map((each) => `${quoted(each)} uses the plan ${plan(each.after)}, before ${plan(each.before)}`),
    ...(others.length > 0
      ? [`not compared, because new: ${list(others.map((each) => `${quoted(each)}, ${ms(each.afterMs)}`))}`]
      : []),
    ...(seldom > 0 ? [`${counted(seldom, "statement")} with fewer than ${leastCalls} calls not compared`] : []),
    ...resetTexts(statements),
    ...(uncounted === undefined ? [] : [uncounted]),
    ...(isIncomplete ? ["the server counts more statements than it has room for, and some are missing"] : []),
    ...measures.filter(({ verdict }) => verdict === "well").map(({ text }) => text),
  ];
  return parts.join("; ");
}

/** Reports that counters were reset: the measured period is shorter than it seems. */
function resetTexts({ isReset, restarted }: StatementComparison): readonly string[] {
  if (isReset) return ["the statistics were reset since, and what came before that is not known"];
  if (restarted === 0) return [];
  return [
    `the counters of ${counted(restarted, "statement")} were reset since, and what came before that is not known`,
  ];
}

function formerText({ former }: { readonly former?: Former }): string {
  if (former === undefined) return "";
  return `, as found before its statistics were reset; ${counted(former.calls, "call")} since, and ${leastCalls} are needed`;
}

/** Why only a person can confirm. @returns undefined if it was measured */
export function unmeasuredText({
  unmeasured,
  statements,
  minutes = 0,
  watchMinutes,
  baselineAt,
  uncounted,
}: ReadsMeasured): string | undefined {
  const reset =
    statements === undefined
      ? ""
      : resetTexts(statements)
          .map((text) => `; ${text}`)
          .join("");
  switch (unmeasured?.reason) {
    case undefined:
      return undefined;
    case "blind":
      return unmeasured.detail;
    case "no-baseline":
      return "nothing was kept of reads when switch was released";
    case "too-few":
      return `of ${leastCalls} reads of the column that are needed ${counted(statements?.columnCalls ?? 0, "read")} came since switch was released (${momentText(baselineAt ?? "")})${uncounted === undefined ? "" : `; ${uncounted}`}${reset}`;
    case "too-early":
      return `reads of the column are seen since ${counted(Math.floor(minutes), "minute")}, and ${watchMinutes} are needed${reset}`;
  }
}

function placeOf(kind: string, id: string, reason: string): OpenWriter {
  return { file: kind, line: 0, what: "a read", reason, id: JSON.stringify([kind, id]) };
}

const quoted = ({ words }: Pick<ComparedStatement, "words">) => `‘${statementText(words)}’`;
const plan = (shape: readonly string[]) => shape.map((node) => node.trim()).join(" > ");
const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
const ms = (value: number) => `${value < 10 ? value.toFixed(2) : Math.round(value)} ms`;
const list = (texts: readonly string[]) =>
  [...texts.slice(0, 3), ...(texts.length > 3 ? [`${texts.length - 3} more`] : [])].join(", ");
