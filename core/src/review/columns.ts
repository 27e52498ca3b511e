import { stripVTControlCharacters } from "node:util";

/**
 * Rows of cells as aligned text: plain columns paste well into pull requests. The last column is not padded. A line break in a cell is
 * escaped: a name cannot begin a row of its own.
 */
export function columns(
  cells: readonly (readonly string[])[],
  options: { indent?: number; gap?: number } = {},
): string {
  const { indent = 2, gap = 2 } = options;
  const rows = cells.map((row) => row.map((cell) => cell.replaceAll("\r", "\\r").replaceAll("\n", "\\n")));
  const widths: number[] = [];
  for (const row of rows)
    row.slice(0, -1).forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, width(cell));
    });
  return rows
    .map((row) => {
      const cells = row.map((cell, index) =>
        index === row.length - 1 ? cell : cell + " ".repeat((widths[index] ?? 0) - width(cell)),
      );
      return " ".repeat(indent) + cells.join(" ".repeat(gap)).trimEnd();
    })
    .join("\n");
}

/** The width of a cell on the screen: colours have none. */
function width(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
