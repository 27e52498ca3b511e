import type { SignalId } from "../../model/index.js";
import type { Candidate } from "../contract/candidate.js";
import type { RankContext, Ranked } from "../contract/ranked.js";
import { limitsOf } from "./limits.js";
import { type Measures, measure } from "./measures.js";
import { reasonsOf } from "./reasons.js";
import { type Evidence, evidenceOf } from "./signals.js";

/**
 * Scores each place by how likely it gets the new column, with reasons.
 *
 * @param candidates places that list fields of the model and lack the new one
 * @param done places that have it already. They are included in the measures, so the result does not change after edits
 * @returns the strongest first; equal ones outside tests first, then by file and line, independent of the input order
 * @example const [first] = rank(candidates, context); // first?.reasons[0]?.text === "holds 9 of 9 columns"
 */
export function rank(
  candidates: readonly Candidate[],
  context: RankContext,
  done: readonly Candidate[] = [],
): readonly Ranked[] {
  const measures = measure([...candidates, ...done], context);
  return candidates.map((candidate) => scorePlace(candidate, measures, context)).sort(byStrength);
}

function scorePlace(candidate: Candidate, measures: Measures, context: RankContext): Ranked {
  const evidence = evidenceOf(candidate, measures, context);
  const reasons = reasonsOf(isSmall(measures) ? asOneFact(evidence, context) : evidence, context);
  const score = reasons.reduce((sum, { weight }) => sum + weight, 0);
  const isLike = context.like.length === 0 ? undefined : context.like.every((name) => candidate.names.includes(name));
  return { candidate, kind: kindOf(candidate, score, isLike, context), score, isLike, reasons };
}

/** With two distinctive columns, half of them, the fullest place and the newest column are the same fact. */
function isSmall({ measured }: Measures): boolean {
  return measured.length <= 2;
}

const presence = new Set<SignalId>(["halfOfCore", "fullest", "previousHere", "lastThreeHere", "sameTypeHere"]);

function asOneFact(evidence: readonly Evidence[], { card }: RankContext): readonly Evidence[] {
  const [strongest] = evidence
    .filter(({ signal }) => presence.has(signal))
    .sort((a, b) => card.weights[b.signal] - card.weights[a.signal]);
  return evidence.filter((each) => !presence.has(each.signal) || each === strongest);
}

function kindOf(
  candidate: Candidate,
  score: number,
  isLike: boolean | undefined,
  context: RankContext,
): Ranked["kind"] {
  const { card } = context;
  if (candidate.keepsOut) return "likely";
  const isStrong = score >= card.likely[candidate.family];
  // If the user named the columns that it is like, their places are preselected, and others must be selected.
  const isLikely = isLike === undefined ? isStrong : isLike && score >= card.like;
  const isShown = score >= (candidate.isTest ? card.possibleInTests : card.possible);
  const isPossible = isLike === false ? isStrong : isShown;
  const limits = limitsOf(candidate, context);
  // All evidence for this model also applies to the other one, so a place needs twice the evidence to be shown.
  const { isRequired = false } = candidate;
  const isOther = limits.some(({ kind }) => kind === "otherModel");
  if (isOther && !isRequired) return isLikely && isPossible ? "possible" : "silent";
  if ((isLikely || isRequired) && limits.length === 0) return "likely";
  return isPossible || isRequired ? "possible" : "silent";
}

function byStrength(a: Ranked, b: Ranked): number {
  const [one, other] = [a.candidate, b.candidate];
  return (
    Number(b.isLike ?? false) - Number(a.isLike ?? false) ||
    b.score - a.score ||
    Number(one.isTest) - Number(other.isTest) ||
    compare(one.file, other.file) ||
    one.line - other.line ||
    compare(one.key, other.key)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
