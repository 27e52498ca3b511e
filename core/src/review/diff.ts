import { createTwoFilesPatch } from "diff";
import type { FileChange } from "../model/index.js";
import { type Colors, colorsFor } from "./colors.js";
import { inLine } from "./printable.js";

/** What a run that writes nothing would change: the diff is its answer, for people and as `diff` in the JSON. */
export function dryRun(changes: readonly FileChange[], colors: Colors) {
  return { text: diffText(changes, colors), json: { diff: diffText(changes, colorsFor(false)) } };
}

/** Unified patches of all changed files, as `git diff` would show them. */
export function diffText(changes: readonly FileChange[], colors: Colors): string {
  return changes
    .filter((change) => change.before !== change.after)
    .map(({ file, before, after }) => {
      const patch = createTwoFilesPatch(
        before === undefined ? "/dev/null" : `a/${inLine(file)}`,
        after === undefined ? "/dev/null" : `b/${inLine(file)}`,
        before ?? "",
        after ?? "",
        undefined,
        undefined,
        { context: 3 },
      );
      return patch
        .split("\n")
        .slice(1)
        .map((line) => colourLine(line, colors))
        .join("\n")
        .trimEnd();
    })
    .join("\n");
}

function colourLine(line: string, colors: Colors): string {
  if (line.startsWith("+++") || line.startsWith("---")) return colors.bold(line);
  if (line.startsWith("@@")) return colors.cyan(line);
  if (line.startsWith("+")) return colors.green(line);
  return line.startsWith("-") ? colors.red(line) : line;
}
