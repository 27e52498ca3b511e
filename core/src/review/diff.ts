import { posix } from "node:path";
import { structuredPatch } from "diff";
import type { FileChange } from "../model/index.js";
import type { Colors } from "./colors.js";
import { columns } from "./columns.js";
import { withoutControls } from "./printable.js";

/**
 * A patch of all changed files, as `git diff` prints it and `git apply` reads it; empty if nothing changes.
 *
 * @param prefix of the files' folder in its repository: `packages/db/`
 */
export function diffText(changes: readonly FileChange[], colors: Colors, prefix = ""): string {
  return changes
    .filter((change) => change.before !== change.after)
    .flatMap((change) => linesOf(change, prefix, colors))
    .map((line) => `${line}\n`)
    .join("");
}

/**
 * The changed files and their numbers of lines, like `git diff --stat`.
 *
 * @param titles what a file does, by its path. Default: nothing
 */
export function statText(
  changes: readonly FileChange[],
  colors: Colors,
  titles: ReadonlyMap<string, string> = new Map(),
): string {
  const rows = changes
    .filter((change) => change.before !== change.after)
    .map(({ file, before, after }) => {
      const { hunks } = structuredPatch("", "", before ?? "", after ?? "", "", "", { context: 0 });
      const lines = hunks.flatMap((hunk) => hunk.lines);
      const [added, removed] = ["+", "-"].map((sign) => lines.filter((line) => line.startsWith(sign)).length);
      const kind = before === undefined ? "new" : after === undefined ? "deleted" : "";
      return [file, colors.green(`+${added}`), colors.red(`-${removed}`), titles.get(file) ?? kind];
    });
  return rows.length === 0 ? "" : columns(rows);
}

function linesOf({ file, before, after }: FileChange, prefix: string, colors: Colors): readonly string[] {
  const path = posix.join(prefix, file);
  const [from, to] = [nameOf(`a/${path}`), nameOf(`b/${path}`)];
  const { hunks } = structuredPatch("", "", before ?? "", after ?? "", "", "", { context: 3 });
  const mode =
    before === undefined ? ["new file mode 100644"] : after === undefined ? ["deleted file mode 100644"] : [];
  // For an empty file it contains only the mode.
  const names =
    hunks.length === 0
      ? []
      : [
          `--- ${before === undefined ? "/dev/null" : ended(from)}`,
          `+++ ${after === undefined ? "/dev/null" : ended(to)}`,
        ];
  return [
    ...[`diff --git ${from} ${to}`, ...mode, ...names].map((line) => colors.bold(line)),
    ...hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
      colors.cyan(`@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`),
      ...lines.map((line) => coloured(line, colors)),
    ]),
  ];
}

/** A side without lines has the number of the line before. */
function range(start: number, lines: number): string {
  return lines === 0 ? `${start - 1},0` : `${start},${lines}`;
}

/**
 * Git parses a quoted name as a C string: characters that a terminal would interpret are in octal. A folder that ends with a space needs
 * quotes: the patch of an empty file names it only in the first line, and `git apply` rejects what `git diff` prints there.
 */
function nameOf(path: string): string {
  if (!/["\\\t\n\r]| \//.test(path) && withoutControls(path) === path) return path;
  const quoted = [...path].map((sign) => {
    if (sign === '"' || sign === "\\") return `\\${sign}`;
    if (sign >= " " && withoutControls(sign) === sign) return sign;
    return [...Buffer.from(sign)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
  });
  return `"${quoted.join("")}"`;
}

/** After a name with spaces git expects a date, unless a tab ends it. */
function ended(name: string): string {
  return name.includes(" ") && !name.startsWith('"') ? `${name}\t` : name;
}

function coloured(line: string, colors: Colors): string {
  if (line.startsWith("+")) return colors.green(line);
  return line.startsWith("-") ? colors.red(line) : line;
}
