import type { Candidate } from "../candidates/candidate.js";
import type { RankContext, Ranked } from "./ranked.js";

/** Ranks by how much of the model a place names. */
export function rank(candidates: readonly Candidate[], { core, columns, model }: RankContext): readonly Ranked[] {
  const measured = core.length > 0 ? core : columns;
  return candidates.map((candidate): Ranked => {
    const held = measured.filter(({ name }) => candidate.names.includes(name)).length;
    const text = `names ${held} of ${measured.length} columns of ${model.name}`;
    const kind = held / measured.length < 0.3 ? "silent" : "possible";
    return { candidate, kind, score: held, reasons: [{ signal: "halfOfCore", weight: 1, text }] };
  });
}
