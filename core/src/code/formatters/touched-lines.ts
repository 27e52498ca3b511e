import { isSameButLayout } from "../../plan/hash.js";
import { ts } from "../ast/compiler.js";
import { type LineChange, lineChanges, linesOf, withChanges } from "./line-changes.js";

/** The lines of `after` that are not in `before`, counted from 0. */
function touchedLines(before: string, after: string): ReadonlySet<number> {
  return new Set(
    lineChanges(after, before).flatMap(({ at, lines }) => Array.from({ length: lines }, (_, index) => at + index)),
  );
}

/**
 * What a formatter makes of the lines that were touched, in a file that it did not lay out before: the other lines stay as people
 * wrote them. What does more than lay out stays, too: an import that moves between lines of people's would be lost.
 */
export function formatTouched(file: string, before: string, after: string, formatted: string): string {
  if (!isCode(file)) return after;
  const touched = touchedLines(before, after);
  const isTaken = (change: LineChange) =>
    change.lines > 0 &&
    Array.from({ length: change.lines }, (_, index) => change.at + index).every((line) => touched.has(line)) &&
    isSameButLayout(file, after, withChanges(after, [change]));
  // The ends of lines are not the edit's to change.
  const laidOut = formatted.replace(/\r?\n/g, after.includes("\r\n") ? "\r\n" : "\n");
  const parts = lineChanges(after, laidOut).flatMap((change) =>
    isTaken(change) ? [change] : byLine(change).filter(isTaken),
  );
  const text = withChanges(after, parts);
  return parts.length > 0 && parses(file, text) ? text : after;
}

/** The lines of a change one by one, where each has its own: beside a line of people's stands one that was touched. */
function byLine({ at, lines, before, after }: LineChange): readonly LineChange[] {
  const [own, others] = [linesOf(before), linesOf(after)];
  if (own.length !== lines || others.length !== lines) return [];
  return own.map((line, index) => ({ at: at + index, lines: 1, before: line, after: others[index] ?? "" }));
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
