import { patternOf } from "../../base/pattern-of.js";

/** Whether a text may contain SQL over a table. Parsers and the compiler are only loaded for these texts. */
export function namesTable(text: string, table: string): boolean {
  const name = patternOf(table);
  return new RegExp(
    `\\b(?:FROM|JOIN|INTO|UPDATE|COPY)\\s+(?:ONLY\\s+)?(?:[^\\s().,;]+\\.)?\\\\?["\`]?${name}\\b`,
    "i",
  ).test(text);
}
