import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { agentVariables } from "../../core/src/base/coding-agent.js";

/** What a child process ended with. */
export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order they came. */
  readonly output: string;
  /** What it said it was doing when it took long; in none of the others. */
  readonly waits: readonly string[];
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** In a process group of its own, which can be killed as a whole. */
  readonly isGroup?: boolean;
  /** Told the process. */
  readonly onStart?: (pid: number) => void;
  /** Told what it prints, as it comes. */
  readonly onOutput?: (text: string) => void;
}

/** Runs a command to its end, without a terminal, as CI does. Never throws for an exit code. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const env = Object.fromEntries(
      Object.entries({ ...environment(), ...options.env }).filter(([, value]) => value !== undefined),
    );
    const child = spawn(command, byAda(args), {
      cwd: options.cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: options.isGroup === true,
    });
    if (child.pid !== undefined) options.onStart?.(child.pid);
    let stdout = "";
    let stderr = "";
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk;
      output += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk;
      output += chunk;
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => options.onOutput?.(chunk.toString()));
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({
        code: code ?? (signal === "SIGINT" ? 130 : 1),
        stdout: inTime(stdout),
        stderr: inTime(stderr),
        output: inTime(output),
        waits: output.match(waiting) ?? [],
      }),
    );
  });
}

/** What is said of a command that takes long depends on the machine. */
const waiting = /^Still running after \d+ s: .*\n/gm;
const inTime = (text: string) => text.replace(waiting, "");

/** Makes commands of Prisma's CLI cheaper. */
const compileCache = fileURLToPath(new URL("./compile-cache.cjs", import.meta.url));

/** What a person confirms at their terminal has their name; no command of a test has a terminal. */
export function byAda(args: readonly string[]): string[] {
  const isNamed = !args.includes("--confirm") || args.some((arg) => arg.startsWith("--by"));
  return isNamed ? [...args] : [...args, "--by", "ada@example.com"];
}

/** The environment of a user's shell: nothing that the test runner set, nor a coding agent that started it. */
export function environment(): Record<string, string | undefined> {
  const { VITEST: _1, NODE_ENV: _2, DATABASE_URL: _3, FORCE_COLOR: _4, ...env } = process.env;
  for (const name of agentVariables) delete env[name];
  const NODE_OPTIONS = `--require ${JSON.stringify(compileCache)} --disable-warning=ExperimentalWarning`;
  return { ...env, NODE_OPTIONS, NO_COLOR: "1", CHECKPOINT_DISABLE: "1", PRISMA_HIDE_UPDATE_MESSAGE: "1" };
}
