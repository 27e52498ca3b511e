import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import type { Options } from "./options.js";
import type { PhaseNumbers } from "./record.js";
import type { CommandRun } from "./shell.js";

/** Writes what `--json` promises: one document with every number of the story. */
export function writeNumbers(
  file: string,
  story: {
    readonly options: Options;
    readonly phases: readonly PhaseNumbers[];
    readonly problems: readonly string[];
    readonly commands: readonly CommandRun[];
    readonly ms: number;
  },
): void {
  const { options, phases, problems, commands, ms } = story;
  const document = {
    schemaVersion: 1,
    users: options.users,
    requestsPerSecond: options.rate,
    cores: cpus().length,
    durationMs: Math.round(ms),
    ok: problems.length === 0,
    problems,
    phases,
    commands: commands.map((run) => ({
      command: run.shown,
      exitCode: run.exitCode,
      beginMs: Math.round(run.beginMs),
      durationMs: Math.round(run.ms),
    })),
  };
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
}
