import { patternOf } from "../../base/pattern-of.js";

/** The words before a table. In `ALTER TABLE` and `CREATE TABLE`, it has no rows. */
const before = String.raw`\b(?:FROM|JOIN|INTO|UPDATE|COPY|USING|INSERT|REPLACE|IGNORE|PARTITION|(?:INTO|UNION|ALL|EXCEPT|INTERSECT|WITH)\s+TABLE)\s+(?:ONLY\s+)?|::\s*|^\s*TABLE\s+`;

/** Whether a text may contain SQL over a table. Parsers and the compiler are only loaded for these texts. */
export function namesTable(text: string, table: string): boolean {
  const name = `(?:[^\\s().,;:]+\\.)?\\\\?["\`]?${patternOf(table)}\\b`;
  const paired = `\\bALTER\\s+TABLE\\s+${name}["\`]?\\s+(?:ATTACH|EXCHANGE|INHERIT)\\b`;
  return new RegExp(`(?:${before})${name}|${paired}`, "i").test(text);
}
