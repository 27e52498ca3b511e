import type { CodeIntent } from "../../model/index.js";
import { type Candidate, isWritable } from "../contract/candidate.js";
import type { RankContext, Ranked } from "../contract/ranked.js";
import { limitsOf } from "../ranking/limits.js";
import { neededBy } from "./dependencies.js";

/** The places that one intent may edit, ranked. */
export interface RankedPlaces {
  readonly intent: CodeIntent;
  /** What they were measured against. */
  readonly about: RankContext;
  /** The strongest first. */
  readonly ranked: readonly Ranked[];
  /** Places that have the column already. */
  readonly done: readonly Candidate[];
}

/** Says which places are edited, by `choiceId`. Asked once for all intents of a phase. */
export type Choose = (questions: readonly RankedPlaces[]) => Promise<ReadonlySet<string>>;

/** What a choice is about: a place and a column. */
export function choiceId({ model, field }: Pick<CodeIntent, "model" | "field">, key: string): string {
  return `${model}.${field} ${key}`;
}

/** The choice where nobody can be asked: what the phase breaks without, and what lists the whole model, with what that needs. */
export const chooseUnattended: Choose = async (questions) =>
  new Set(
    questions.flatMap(({ intent, about, ranked }) => {
      const isTaken = intent.kind === "read" && intent.exposure !== "internal";
      const mirrors = isTaken
        ? ranked.filter(({ candidate }) => isMirror(candidate) && !isLeftToPeople(candidate, about))
        : [];
      const keys = [...mirrors, ...ranked.filter(isNeededByPhase)].map(({ candidate }) => candidate.key);
      return [...keys, ...neededBy(ranked, keys).keys()].map((key) => choiceId(intent, key));
    }),
  );

/** Whether the phase breaks without it, and nothing speaks against making it without a word. */
export function isNeededByPhase({ candidate, kind }: Ranked): boolean {
  return candidate.isRequired === true && kind === "likely" && isWritable(candidate);
}

/** A select, a copy or a schema of all columns: it is one of the model's by what it names, a copy by what it copies. */
function isMirror({ family, isWhole, tie, caution }: Candidate): boolean {
  return (
    isWhole &&
    caution === undefined &&
    tie !== "doubtful" &&
    (family === "select" || family === "zod" || (family === "mapper" && tie !== "names"))
  );
}

/**
 * Whether another model, of another schema too, has all that it names as well, or what sounds like a secret would be shown.
 */
function isLeftToPeople(candidate: Candidate, about: RankContext): boolean {
  return limitsOf(candidate, about).some(({ kind }) => kind === "otherModel" || kind === "secret");
}
