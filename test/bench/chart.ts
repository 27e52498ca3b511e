/** The figure behind each promise of a bench, as github-action-benchmark reads it: `npm run bench:chart -- <bench.json> <chart.json>`. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Machine } from "./machine.js";
import type { BenchReport, Bound } from "./report.js";

export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** Shown when the point is pointed at. */
  readonly extra: string;
}

/**
 * Whether the promise is kept the bench has judged already: some figures are better when they are larger.
 * @returns undefined where what was measured begins with no number
 */
export function figureOf({ promise, measured, isMet }: Bound, machine: Machine): Figure | undefined {
  // "1 204 ms (980 ms of work)": the first number is the one that is judged; thousands are told apart by spaces.
  const [, number, unit] = /^([+-]?(?:\d{1,3}(?: \d{3})+|\d+)?(?:\.\d+)?) ?([a-zA-Z%]*)/.exec(measured) ?? [];
  if (!number) return undefined;
  const extra = `${measured}\n${isMet ? "met" : "NOT MET"}\n${machine.processor}, ${machine.cores} cores, Node ${machine.node}`;
  return { name: promise, unit: unit || "ratio", value: Number(number.replaceAll(" ", "")), extra };
}

function main([input, output]: readonly string[]): number {
  if (input === undefined || output === undefined) {
    process.stderr.write("Usage: npm run bench:chart -- <bench.json> <chart.json>\n");
    return 2;
  }
  const from = process.env.INIT_CWD ?? process.cwd();
  const { machine, reports } = JSON.parse(readFileSync(resolve(from, input), "utf8")) as {
    readonly machine: Machine;
    readonly reports: readonly BenchReport[];
  };
  const bounds = reports.flatMap((report) => report.bounds);
  const figures = bounds.flatMap((bound) => figureOf(bound, machine) ?? []);
  writeFileSync(resolve(from, output), `${JSON.stringify(figures, null, 2)}\n`);
  process.stdout.write(`${figures.length} of ${bounds.length} figures are in ${output}\n`);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.slice(2));
