import { diffLines } from "diff";
import type { FileChange } from "../../model/index.js";

/** The line in the original file for a line of the changed file: for edits that are only planned. */
export function lineBefore(change: FileChange | undefined, line: number): number {
  if (change?.before === undefined || change.after === undefined) return line;
  let [before, after] = [1, 1];
  let gone = 0;
  for (const { added, removed, count } of diffLines(change.before, change.after)) {
    if (removed) [before, gone] = [before + count, count];
    else if (added) {
      // A line that replaces one, or a new line behind one.
      if (after + count > line)
        return Math.max(1, before - Math.max(1, gone) + Math.min(line - after, Math.max(0, gone - 1)));
      [after, gone] = [after + count, 0];
    } else if (after + count > line) return before + line - after;
    else [before, after, gone] = [before + count, after + count, 0];
  }
  return before;
}
