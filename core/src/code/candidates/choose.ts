import type { CodeIntent } from "../../model/index.js";
import { type Candidate, isWritable } from "../contract/candidate.js";
import type { RankContext, Ranked } from "../contract/ranked.js";
import { limitsOf } from "../ranking/limits.js";
import { neededBy } from "./dependencies.js";

/** The places that one intent may edit, ranked. */
export interface RankedPlaces {
  readonly intent: CodeIntent;
  /** The context they were scored in. */
  readonly about: RankContext;
  /** The strongest first. */
  readonly ranked: readonly Ranked[];
  /** Places that already have the column. */
  readonly done: readonly Candidate[];
}

/** Selects the places to edit, by `choiceId`. Called once for all intents of a phase. */
export type Choose = (questions: readonly RankedPlaces[]) => Promise<ReadonlySet<string>>;

/** The subject of a choice: a place and a column. */
export function choiceId({ model, field }: Pick<CodeIntent, "model" | "field">, key: string): string {
  return `${model}.${field} ${key}`;
}

/** The choice without user input: places that the phase breaks without, places that list the whole model, and their dependencies. */
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

/** Whether the phase breaks without this edit and it is safe to make without confirmation. */
export function isNeededByPhase({ candidate, kind }: Ranked): boolean {
  return candidate.isRequired === true && kind === "likely" && isWritable(candidate);
}

/** A select, a copy or a schema of all columns. A select or schema belongs to the model by its names, a copy by its source. */
function isMirror({ family, isWhole, tie, caution }: Candidate): boolean {
  return (
    isWhole &&
    caution === undefined &&
    tie !== "doubtful" &&
    (family === "select" || family === "zod" || (family === "mapper" && tie !== "names"))
  );
}

/** Whether another model, of another schema too, also has all of its names, or whether it would expose a likely secret. */
function isLeftToPeople(candidate: Candidate, about: RankContext): boolean {
  return limitsOf(candidate, about).some(({ kind }) => kind === "otherModel" || kind === "secret");
}
