import { diffLines } from "diff";

/** A replacement of `lines` lines of a text, starting at line `at` (from 0). */
export interface LineChange {
  readonly at: number;
  readonly lines: number;
  readonly before: string;
  readonly after: string;
}

/** The line replacements that turn one text into another. */
export function lineChanges(before: string, after: string): readonly LineChange[] {
  const changes: LineChange[] = [];
  let at = 0;
  let open: { at: number; lines: number; before: string; after: string } | undefined;
  for (const { added, removed, value, count } of diffLines(before, after)) {
    if (!added && !removed) {
      if (open !== undefined) changes.push(open);
      open = undefined;
      at += count;
      continue;
    }
    open ??= { at, lines: 0, before: "", after: "" };
    if (added) open.after += value;
    else {
      open.before += value;
      open.lines += count;
      at += count;
    }
  }
  return open === undefined ? changes : [...changes, open];
}

/** A text after some of these changes. */
export function withChanges(text: string, changes: readonly LineChange[]): string {
  const lines = linesOf(text);
  for (const { at, lines: count, after } of [...changes].reverse()) lines.splice(at, count, after);
  return lines.join("");
}

/** The lines of a text with their line endings. */
export function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}
