import { type ChildProcess, fork } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { publishedModules } from "./published.js";
import { byAda, environment, type RunResult } from "./run.js";

/** A command for the process that runs them one after the other. */
export interface CommandCall {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Not by its name: the folder that the commands run in need not have it. */
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/**
 * The published `lockstep` command in a process of its own, which runs many one after the other: the same `main` with the same
 * arguments. What a start of Node and of our modules costs (four fifths of a short command) is paid once. Commands at the same time
 * have a process each.
 */
export class LockstepCommands {
  readonly #cwd: string;
  readonly #preload: string | undefined;
  readonly #plugin: string | undefined;
  readonly #modules: string;
  readonly #idle: ChildProcess[] = [];
  readonly #all = new Set<ChildProcess>();

  /**
   * @param preload of commands that are killed: loaded first, into processes that are groups of their own
   * @param plugin the built module of a plugin. Default: those of Prisma and TypeORM
   * @param modules the `node_modules` with Lockstep. Default: the published packages
   */
  constructor(cwd: string, preload?: string, plugin?: string, modules = publishedModules()) {
    this.#cwd = cwd;
    this.#preload = preload;
    this.#plugin = plugin;
    this.#modules = modules;
  }

  /** Has a process ready for the next command. */
  prepare(): void {
    if (this.#idle.length === 0) this.#idle.push(this.#start());
  }

  /** @param onStart told the process */
  async run(
    argv: readonly string[],
    env: Readonly<Record<string, string | undefined>>,
    onStart?: (pid: number) => void,
  ): Promise<RunResult> {
    const child = this.#idle.pop() ?? this.#start();
    if (child.pid !== undefined) onStart?.(child.pid);
    return new Promise((resolve, reject) => {
      const failed = (code: number | null, signal: string | null) => {
        this.#all.delete(child);
        if (signal === "SIGKILL" && this.#preload !== undefined) resolve(killed);
        else reject(new Error(`the process of the commands ended with ${code}`));
      };
      child.once("exit", failed);
      child.once("message", (result: RunResult) => {
        child.off("exit", failed);
        this.#idle.push(child);
        resolve(result);
      });
      child.send({ argv: byAda(argv), env } satisfies CommandCall);
    });
  }

  close(): void {
    // What the user's own functions left running would keep it.
    for (const child of this.#all) child.kill();
    this.#all.clear();
  }

  #start(): ChildProcess {
    const own = [this.#modules, ...(this.#plugin === undefined ? [] : [this.#plugin])];
    const child = fork(fileURLToPath(new URL("./command-process.ts", import.meta.url)), own, {
      cwd: this.#cwd,
      env: this.#preload === undefined ? environment() : withPreload(this.#preload),
      detached: this.#preload !== undefined,
      execArgv: ["--import", tsx],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#all.add(child);
    return child;
  }
}

const killed: RunResult = { code: 137, stdout: "", stderr: "", output: "killed", waits: [] };

/** The environment of a command into which, and into all that it starts, a file is loaded first. */
export function withPreload(file: string): Record<string, string | undefined> {
  const env = environment();
  return { ...env, NODE_OPTIONS: `${env.NODE_OPTIONS} --require ${JSON.stringify(file)}` };
}
