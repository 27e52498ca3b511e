import { patternOf } from "../../base/pattern-of.js";

/** Whether a text may have SQL over a table: parsers, and the compiler, are loaded for these only. */
export function namesTable(text: string, table: string): boolean {
  const name = patternOf(table);
  return new RegExp(
    `\\b(?:FROM|JOIN|INTO|UPDATE|COPY)\\s+(?:ONLY\\s+)?(?:[^\\s().,;]+\\.)?\\\\?["\`]?${name}\\b`,
    "i",
  ).test(text);
}
