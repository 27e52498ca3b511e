import { diffLines } from "diff";
import type { FileChange } from "../../model/index.js";

/** The line in the original file for a line of the changed file: for edits that are only planned. */
export function lineBefore(change: FileChange | undefined, line: number): number {
  if (change?.before === undefined || change.after === undefined) return line;
  let [before, after] = [1, 1];
  for (const { added, removed, count } of diffLines(change.before, change.after)) {
    if (removed) before += count;
    else if (added) {
      after += count;
      if (after > line) return Math.max(1, before - 1);
    } else if (after + count > line) return before + line - after;
    else [before, after] = [before + count, after + count];
  }
  return before;
}
