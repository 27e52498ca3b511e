import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { seconds } from "./figures.js";
import type { Screen } from "./screen.js";
import { withoutColours } from "./wrap.js";

export interface Command {
  /** As a user types it. */
  readonly shown: string;
  /** Behind the command, as a comment. */
  readonly where?: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What of its output is shown: the line, another one, or nothing. Default: nothing. */
  readonly show?: (line: string) => string | undefined;
  /** Holds locks in production and gets its share of the cores. Default: it gives way to the app. */
  readonly holdsLocks?: boolean;
}

export interface CommandRun {
  readonly shown: string;
  readonly exitCode: number;
  /** Since the demo began. */
  readonly beginMs: number;
  readonly ms: number;
  readonly output: string;
}

/** A command of the story that did not work. */
export class CommandFailed extends Error {
  constructor(
    readonly run: CommandRun,
    /** Its output has been seen. */
    readonly isShown: boolean,
  ) {
    super(`${run.shown} ended with exit code ${run.exitCode}`);
  }
}

/** Runs commands in front of the audience and keeps what they printed. */
export class Shell {
  readonly runs: CommandRun[] = [];
  /** From now on there are users: commands give way to those who serve them. */
  isShopOpen = false;

  constructor(
    readonly screen: Screen,
    private readonly signal: AbortSignal,
    private readonly log: string,
  ) {}

  /** @throws CommandFailed unless it ended with 0 */
  async run(command: Command): Promise<CommandRun> {
    const { screen } = this;
    const begin = performance.now();
    screen.command(command.shown, command.where);
    const output: string[] = [];
    let shownLines = 0;
    let isGap = false;
    const exitCode = await this.#spawn(command, (line) => {
      output.push(line);
      const shown = command.show?.(line)?.trimEnd();
      if (shown === undefined) return;
      // One empty line between others; none before the first, none after the last.
      if (withoutColours(shown) === "") isGap = shownLines > 0;
      else {
        if (isGap) screen.output("");
        isGap = false;
        shownLines++;
        screen.output(shown);
      }
    });
    const ms = performance.now() - begin;
    const run = { shown: command.shown, exitCode, beginMs: begin, ms, output: output.join("\n") };
    appendFileSync(this.log, `\n$ ${run.shown}   (${run.exitCode}, ${seconds(run.ms)})\n${run.output}\n`);
    this.signal.throwIfAborted();
    this.runs.push(run);
    if (exitCode !== 0) throw new CommandFailed(run, shownLines > 0);
    return run;
  }

  async #spawn({ file, args, cwd, env, holdsLocks }: Command, onLine: (line: string) => void): Promise<number> {
    const script = this.isShopOpen && holdsLocks !== true ? stepAside : `exec "$0" "$@"`;
    const child = spawn("/bin/sh", ["-c", script, file, ...args], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      // A session of its own: see stepAside. Ctrl-C in the terminal reaches the demo alone, which passes it on.
      detached: true,
    });
    const stop = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
      } catch {
        // It has just ended.
      }
    };
    this.signal.addEventListener("abort", stop, { once: true });
    process.once("exit", stop);
    const reading = [child.stdout, child.stderr].map(async (stream) => {
      for await (const line of createInterface({ input: stream })) onLine(line);
    });
    try {
      return await new Promise<number>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) => void Promise.all(reading).then(() => resolve(code ?? 1)));
      });
    } finally {
      this.signal.removeEventListener("abort", stop);
      process.off("exit", stop);
    }
  }
}

/**
 * A developer's laptop, a build server and production are different machines; here they share a few cores. What does not serve
 * requests gives way, or the table would show how fast this machine compiles. Linux on a desktop shares the cores out among
 * sessions first (sched(7), autogroup), and by `nice` only within one.
 */
const stepAside = `{ echo 10 >/proc/self/autogroup; } 2>/dev/null; exec nice -n 10 "$0" "$@"`;
