import pc from "picocolors";
import { milliseconds, seconds, whole } from "./figures.js";
import type { PhaseNumbers } from "./record.js";

const headings = ["", "", "longest stall", "failed", "requests", "half-filled", "duration"];

/** The closing table. A stall that people notice is yellow, one that they complain about red; a failed request is red. */
export function tableLines(phases: readonly PhaseNumbers[]): string[] {
  const rows = phases.map((phase, index) => [
    phases[index - 1]?.way === phase.way ? "" : { naive: "naive", lockstep: "Lockstep" }[phase.way],
    phase.phase,
    milliseconds(phase.longestMs),
    whole(phase.failed),
    whole(phase.requests),
    whole(phase.halfFilled),
    seconds(phase.durationMs),
  ]);
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[], tint: (cell: string, column: number) => string) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return tint(column < 2 ? cell.padEnd(width) : cell.padStart(width), column);
      })
      .join("   ");
  return [
    line(headings, (cell) => pc.dim(cell)),
    pc.dim("─".repeat(widths.reduce((sum, width) => sum + width + 3, -3))),
    ...rows.flatMap((row, index) => {
      const phase = phases[index];
      if (phase === undefined) return [];
      const text = line(row, (cell, column) => tinted(cell, column, phase));
      return index > 0 && row[0] !== "" ? ["", text] : [text];
    }),
  ];
}

function tinted(cell: string, column: number, phase: PhaseNumbers): string {
  if (column === 0) return pc.bold(cell);
  if (column === 2)
    return phase.longestMs > 1_000 ? pc.red(cell) : phase.longestMs > 200 ? pc.yellow(cell) : pc.green(cell);
  if (column === 3) return phase.failed > 0 ? pc.red(cell) : pc.green(cell);
  if (column === 5) return phase.halfFilled > 0 ? pc.red(cell) : cell;
  return cell;
}

/** What the columns mean, and what to hold against the numbers. */
export function footnotes(phases: readonly PhaseNumbers[]): string[] {
  const late = Math.max(0, ...phases.map((phase) => phase.sentLateMs));
  return [
    "longest stall   of one request, from the moment it was due",
    "failed          no 2xx, or slower than 5 s",
    "half-filled     answers that showed the new column without a value",
    ...(late > 100
      ? [`This machine was busy: the load itself was up to ${milliseconds(late)} late, and the stalls include that.`]
      : []),
  ].map((line) => pc.dim(line));
}
