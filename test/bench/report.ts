/** What a bench answers, and how it is shown. */
import { tableText } from "./figures.js";

/** A promise of the project, and what was measured. */
export interface Bound {
  /** "`lockstep --help`: under 150 ms" */
  readonly promise: string;
  /** "102 ms" */
  readonly measured: string;
  readonly isMet: boolean;
}

export interface BenchReport {
  readonly name: string;
  /** What was measured, in one line. */
  readonly title: string;
  /** The first row is the head. */
  readonly table: readonly (readonly string[])[];
  /** What to know about the numbers. */
  readonly notes: readonly string[];
  readonly bounds: readonly Bound[];
  /** Every single measurement, for the JSON file. Times in milliseconds. */
  readonly measurements: unknown;
  /** The result for a visitor, printed last. The first row is the head. */
  readonly summary?: { readonly title: string; readonly table: readonly (readonly string[])[] };
}

/** For the terminal: title, table, notes. */
export function reportText({ name, title, table, notes }: BenchReport): string {
  return [
    `\n${name}   ${title}\n`,
    tableText(table),
    ...(notes.length > 0 ? ["", ...notes.map((note) => `  ${note}`)] : []),
  ].join("\n");
}

/** For visitors; empty without a summary. */
export function summaryText({ summary }: BenchReport): string {
  return summary === undefined ? "" : `\n${summary.title}\n\n${tableText(summary.table)}\n`;
}

/** One line a bound. */
export function verdictText({ promise, measured, isMet }: Bound): string {
  return `${isMet ? "met    " : "NOT MET"}  ${promise}: ${measured}`;
}
