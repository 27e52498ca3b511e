import type { Place, PlannedEdit, PlanState } from "../../model/index.js";
import type { CodeInput } from "./code-input.js";

/**
 * Edits of expand that let callers set a column which was later declared internal: they stay, and a person removes them.
 *
 * @param texts the files after the run, by path
 */
export function openRequests(
  edits: readonly PlannedEdit[],
  exposure: NonNullable<PlanState["exposure"]>,
  { transforms }: Pick<CodeInput, "transforms">,
  texts: ReadonlyMap<string, string>,
): readonly Place[] {
  const accepting = new Set(
    transforms.filter(({ intents }) => intents.includes("acceptInRequests")).map(({ id }) => id),
  );
  return edits.flatMap(({ file, line, what, text, transform, phase, model, field }): Place[] => {
    const answer = exposure[`${model}.${field}`];
    const why = answer === "internal" ? "is internal" : answer === "shown" ? "the server sets" : undefined;
    if (why === undefined || phase !== "expand" || !accepting.has(transform) || text === "") return [];
    const found = nearestLine(texts.get(file) ?? "", text, line);
    if (found === undefined) return [];
    const reason = `callers may still choose ${field}, which ${why}: take \`${text.replace(/\s+/g, " ").trim()}\` out`;
    return [{ file, line: found, kind: "likely", what, reason, model, field }];
  });
}

/** The line, nearest to a given one, where this text begins, in any indentation; undefined if it is not there. */
function nearestLine(whole: string, text: string, line: number): number | undefined {
  const wanted = text.trim().split("\n");
  const lines = whole.split("\n");
  const found = lines.flatMap((_, at) =>
    wanted.every((each, index) => lines[at + index]?.includes(each.trim())) ? [at + 1] : [],
  );
  return found.sort((a, b) => Math.abs(a - line) - Math.abs(b - line))[0];
}
