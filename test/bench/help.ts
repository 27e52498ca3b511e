/** `lockstep --help` of the published package, as a whole process; also an empty program, which is the part that is Node's own. */
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publishedModules } from "../support/published.js";
import { median, milliseconds } from "./figures.js";
import type { BenchReport } from "./report.js";

const limitMs = 150;

/** Starts both in turn, `runs` times after a warm-up. */
export function benchHelp(runs: number): BenchReport {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const bin = join(publishedModules(), "@lockstep/prisma/bin/lockstep.js");
  const timed = (args: readonly string[]): number => {
    const begin = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { env, cwd: tmpdir(), encoding: "utf8" });
    const ms = performance.now() - begin;
    if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}:\n${stderr}`);
    return ms;
  };
  const help: number[] = [];
  const empty: number[] = [];
  for (let run = -1; run < runs; run++) {
    const [helpMs, emptyMs] = [timed([bin, "--help"]), timed(["-e", "0"])];
    if (run < 0) continue;
    help.push(helpMs);
    empty.push(emptyMs);
  }
  const row = (name: string, values: readonly number[]) => [
    name,
    milliseconds(Math.min(...values)),
    milliseconds(median(values)),
    milliseconds(Math.max(...values)),
  ];
  return {
    name: "help",
    title: `lockstep --help as a whole process, ${runs} runs`,
    table: [["", "least", "median", "most"], row("lockstep --help", help), row("node -e 0", empty)],
    notes: [],
    bounds: [
      {
        promise: `lockstep --help: under ${limitMs} ms`,
        measured: milliseconds(median(help)),
        isMet: median(help) < limitMs,
      },
    ],
    measurements: { help, node: empty },
  };
}
