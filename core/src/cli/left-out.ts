import type { RankedPlaces } from "../code/candidates/choose.js";
import type { Place } from "../model/index.js";

/** Places that little speaks for, as a list: without `--all` only their number is shown. */
export function leftOut(questions: readonly RankedPlaces[]): readonly Omit<Place, "kind">[] {
  return questions.flatMap(({ intent: { model, field }, ranked }) =>
    ranked
      .filter(({ kind, candidate }) => kind === "silent" && candidate.because === undefined)
      .map(({ candidate: { file, line, what, key, family, text }, score, reasons }) => {
        const words = reasons.map((reason) => reason.text);
        const reason = words.slice(0, 2).join(", ");
        return { file, line, what, reason, model, field, key, family, score, reasons: words, ...(text && { text }) };
      }),
  );
}
