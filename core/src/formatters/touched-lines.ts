import { ts } from "../codemods/compiler.js";
import { type LineChange, lineChanges } from "./line-changes.js";

/** The lines of `after` that are not in `before`, counted from 0. */
export function touchedLines(before: string, after: string): ReadonlySet<number> {
  return new Set(
    lineChanges(after, before).flatMap(({ at, lines }) => Array.from({ length: lines }, (_, index) => at + index)),
  );
}

/**
 * What a formatter makes of the lines that were touched, in a file that it did not lay out before: the other lines stay as people
 * wrote them. Where no such part stands by itself the text stays.
 */
export function formatTouched(file: string, before: string, after: string, formatted: string): string {
  const touched = touchedLines(before, after);
  const parts = lineChanges(after, formatted).filter(
    ({ at, lines }) =>
      lines > 0 && Array.from({ length: lines }, (_, index) => at + index).every((line) => touched.has(line)),
  );
  const text = withChanges(after, parts);
  return parts.length > 0 && parses(file, text) ? text : after;
}

function withChanges(text: string, changes: readonly LineChange[]): string {
  const lines = text.split(/(?<=\n)/);
  for (const { at, lines: count, after } of [...changes].reverse()) lines.splice(at, count, after);
  return lines.join("");
}

/** Whether the text is code without syntax errors. Of other files nobody here can tell. */
export function parses(file: string, text: string): boolean {
  if (!isCode(file)) return false;
  const ast = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false);
  return (ast as unknown as { readonly parseDiagnostics: readonly unknown[] }).parseDiagnostics.length === 0;
}

export function isCode(file: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(file);
}
