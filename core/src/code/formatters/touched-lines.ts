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
 * Applies a formatter's changes to the edited lines of a file that was not formatted before. All other lines stay as people wrote them.
 * Changes that affect more than the layout are skipped: an import that moves between other people's lines would be lost.
 */
export function formatTouched(file: string, before: string, after: string, formatted: string): string {
  if (!isCode(file)) return after;
  const touched = touchedLines(before, after);
  const isTaken = (change: LineChange) =>
    change.lines > 0 &&
    Array.from({ length: change.lines }, (_, index) => change.at + index).every((line) => touched.has(line)) &&
    isSameButLayout(file, after, withChanges(after, [change]));
  // Keeps the file's line endings.
  const laidOut = formatted.replace(/\r?\n/g, after.includes("\r\n") ? "\r\n" : "\n");
  const parts = lineChanges(after, laidOut).flatMap((change) =>
    isTaken(change) ? [change] : byLine(change).filter(isTaken),
  );
  const text = withChanges(after, parts);
  return parts.length > 0 && parses(file, text) ? text : after;
}

/** Splits a change into single lines if their numbers match: an edited line may follow an unedited one. */
function byLine({ at, lines, before, after }: LineChange): readonly LineChange[] {
  const [own, others] = [linesOf(before), linesOf(after)];
  if (own.length !== lines || others.length !== lines) return [];
  return own.map((line, index) => ({ at: at + index, lines: 1, before: line, after: others[index] ?? "" }));
}

/** Whether the text is code without syntax errors. Files of other kinds cannot be checked here. */
export function parses(file: string, text: string): boolean {
  if (!isCode(file)) return false;
  const ast = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false);
  return (ast as unknown as { readonly parseDiagnostics: readonly unknown[] }).parseDiagnostics.length === 0;
}

export function isCode(file: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(file);
}
