import { signalIds } from "../../model/index.js";
import type { Candidate } from "../contract/candidate.js";
import type { RankContext, Ranked } from "../contract/ranked.js";
import { limitsOf } from "../ranking/limits.js";

/**
 * Explains line by line why a place was preselected, shown or left out: the weight of each signal, the sum, and the threshold. For
 * `lockstep code --explain file:line`; the names are those of `code.scorecard`.
 */
export function explainRank(ranked: Ranked, context: RankContext): string[] {
  const { candidate, reasons, score } = ranked;
  const { file, line, lastLine, family, what } = candidate;
  const { model, field, history } = context;
  const width = Math.max(...signalIds.map((id) => id.length));
  const rows = reasons.map(({ signal, weight, text }) => `  ${signed(weight)}  ${signal.padEnd(width)}  ${text}`);
  const counted = new Set(reasons.map(({ signal }) => signal));
  const others = signalIds.filter((id) => !counted.has(id));
  return [
    `${file}:${line === lastLine ? line : `${line}-${lastLine}`}  ${what} (${family}), for ${model.name}.${field.name}`,
    ...rows,
    `  ${signed(score)}  ${"sum".padEnd(width)}  ${thresholds(ranked, context)}`,
    ...(others.length === 0 ? [] : [`  not counted: ${others.join(", ")}`]),
    ...(history === undefined ? ["  without git: what came last is read from the order of declaration"] : []),
    ...textLines(candidate),
    ...limitsOf(candidate, context).map(({ text }) => `  not ticked on its own: ${text}`),
    verdict(ranked, context),
  ];
}

/** The text that Lockstep would add, or the text of the nearest column. */
function textLines({ text, hint }: Candidate): readonly string[] {
  if (text !== undefined && !text.includes("…")) return [`  text to add: ${text.replaceAll(/\s+/g, " ")}`];
  return hint === undefined ? [] : [`  for you to write, like: ${hint}`];
}

function thresholds({ candidate, isLike }: Ranked, { card, like }: RankContext): string {
  const { family, isTest, keepsOut } = candidate;
  const shown = isTest ? `${card.possibleInTests} (in tests)` : card.possible;
  const own = `${card.likely[family]} (${family})`;
  const names = like.join(" and ");
  if (keepsOut) return `likely, because it keeps ${names} out`;
  if (isLike === undefined) return `likely from ${own}, possible from ${shown}`;
  return isLike
    ? `likely from ${card.like}, because it names ${names}, possible from ${shown}`
    : `possible from ${own}, because it does not name ${names}`;
}

function verdict({ kind, candidate, score }: Ranked, context: RankContext): string {
  switch (kind) {
    case "likely":
      return "likely: ticked unless you say otherwise";
    case "possible":
      return "possible: shown, not ticked";
    case "silent": {
      const isShared = limitsOf(candidate, context).some((limit) => limit.kind === "otherModel");
      return isShared && score >= context.card.possible
        ? "silent: counted, not shown; what another model has as well is shown only where it would else be likely"
        : "silent: counted, not shown";
    }
    default:
      return kind satisfies never;
  }
}

function signed(weight: number): string {
  return (weight > 0 ? `+${weight}` : String(weight)).padStart(3);
}
