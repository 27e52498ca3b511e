import { type ChildProcess, fork } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { environment, type RunResult } from "./run.js";

/** A command for the process that runs them one after the other. */
export interface CommandCall {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Not by its name: the folder that the commands run in need not have it. */
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/**
 * The built `lockstep` command in a process of its own, which runs many one after the other: the same `main` with the same
 * arguments. What a start of Node and of our modules costs (four fifths of a short command) is paid once. Commands at the same time
 * have a process each.
 */
export class LockstepCommands {
  readonly #cwd: string;
  readonly #idle: ChildProcess[] = [];
  readonly #all = new Set<ChildProcess>();

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  async run(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<RunResult> {
    const child = this.#idle.pop() ?? this.#start();
    return new Promise((resolve, reject) => {
      const failed = (code: number | null) => {
        this.#all.delete(child);
        reject(new Error(`the process of the commands ended with ${code}`));
      };
      child.once("exit", failed);
      child.once("message", (result: RunResult) => {
        child.off("exit", failed);
        this.#idle.push(child);
        resolve(result);
      });
      child.send({ argv, env } satisfies CommandCall);
    });
  }

  close(): void {
    // What the user's own functions left running would keep it.
    for (const child of this.#all) child.kill();
    this.#all.clear();
  }

  #start(): ChildProcess {
    const child = fork(fileURLToPath(new URL("./command-process.ts", import.meta.url)), {
      cwd: this.#cwd,
      env: environment(),
      execArgv: ["--import", tsx],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#all.add(child);
    return child;
  }
}
