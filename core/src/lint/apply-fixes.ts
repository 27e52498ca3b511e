import type { FileChange } from "../model/index.js";
import type { CheckFinding } from "./finding.js";
import { byFile } from "./report.js";

/** Applies the fixes of findings to their files. Of two overlapping fixes, only the first is applied. */
export function applyFixes(
  findings: readonly CheckFinding[],
  read: (file: string) => string | undefined,
): readonly FileChange[] {
  return byFile(findings).flatMap(([file, own]) => {
    const before = read(file);
    const fixes = own.flatMap(({ fix }) => fix ?? []).sort((a, b) => a.start - b.start);
    if (before === undefined || fixes.length === 0) return [];
    let after = "";
    let at = 0;
    for (const { start, end, text } of fixes) {
      if (start < at) continue;
      after += before.slice(at, start) + text;
      at = end;
    }
    return [{ file, before, after: after + before.slice(at) }];
  });
}
