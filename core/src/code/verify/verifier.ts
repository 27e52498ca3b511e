import { type ChildProcess, fork } from "node:child_process";
import module from "node:module";
import { totalmem } from "node:os";
import { dirname } from "node:path";
import { doing } from "../../base/at-work.js";
import { ownProcess } from "../../base/files/own-process.js";
import { compilerFlags } from "../../base/v8-flags.js";
import type { RenamedCode, RenamedName } from "../rename/request.js";
import type { Demand, VerifyAnswer, VerifyMessage, VerifyProject, VerifyResult } from "./request.js";

export interface VerifyLimits {
  /** For all checks together until `turnTo`, without idle time. Default: 20 seconds. */
  readonly ms?: number;
  /** Heap of the process. Default: half of the machine's memory, between 1,200 and 6,000. */
  readonly megabytes?: number;
}

/** Started by `readAhead`, for the next `Verifier`. */
let spare: ChildProcess | undefined;

/**
 * Starts the process of the next `Verifier` before the editable files are known. It loads the compiler and reads the files of the root's
 * tsconfig that name one of the models, with everything that they import. Without it, a check only takes longer.
 *
 * @param root absolute path of the project
 */
export function readAhead(root: string, models: readonly string[]): void {
  if (spare !== undefined) return;
  const child = startChild(heapHere());
  spare = child;
  // A Verifier starts another one.
  child.on("error", () => undefined);
  process.once("exit", () => child.kill("SIGKILL"));
  child.send({ kind: "ahead", root, models } satisfies VerifyMessage, () => undefined);
  child.unref();
  child.channel?.unref();
}

/** A process that has read ahead, if one still runs. */
function takeSpare(): ChildProcess | undefined {
  const child = spare;
  spare = undefined;
  return child?.connected && child.exitCode === null && child.signalCode === null ? child : undefined;
}

function startChild(megabytes: number): ChildProcess {
  const { file, execArgv } = ownProcess(import.meta.url, "child");
  return fork(file, {
    execArgv: [`--max-old-space-size=${megabytes}`, ...compilerFlags(), ...execArgv],
    env: withCompileCache(process.env),
    // Supports maps.
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    // Ctrl-C only reaches Lockstep, which handles it. This process ends with Lockstep.
    detached: process.platform !== "win32",
  });
}

/** From Node 22 on: the compiler as this process has compiled it, in the folder above that of the Node version. */
function withCompileCache(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const folder = (module as { getCompileCacheDir?(): string | undefined }).getCompileCacheDir?.();
  return folder === undefined ? env : { NODE_COMPILE_CACHE: dirname(folder), ...env };
}

/**
 * Type checks in a separate process, which reads the project once and runs any number of checks. It starts to read immediately, so open it
 * as soon as the editable files are known. It never fails: unchecked parts are reported.
 *
 * @example
 * const verifier = new Verifier({ root, before, watched, fields, generated }, signal);
 * const { errors } = await verifier.check(after);
 * verifier.close();
 */
export class Verifier {
  readonly #child: ChildProcess;
  readonly #signal: AbortSignal;
  readonly #limitMs: number;
  readonly #megabytes: number;
  #leftMs: number;
  /** Why no further check is possible. */
  #ended: string | undefined;
  #settle: ((answer: VerifyAnswer | undefined) => void) | undefined;
  readonly #kill = () => this.#child.kill("SIGKILL");

  /** @param signal ends the process, and rejects a waiting check with its reason */
  constructor(project: VerifyProject, signal: AbortSignal, limits: VerifyLimits = {}) {
    const { ms = 20_000, megabytes } = limits;
    this.#signal = signal;
    this.#limitMs = ms;
    this.#leftMs = ms;
    this.#megabytes = megabytes ?? heapHere();
    const ahead = megabytes === undefined ? takeSpare() : undefined;
    this.#child = ahead ?? startChild(this.#megabytes);
    this.#child.on("message", (answer: VerifyAnswer) => this.#settle?.(answer));
    this.#child.once("error", (error) => this.#end(`the type check could not be started: ${error.message}`));
    this.#child.once("exit", (code, by) => this.#end(this.#wordsFor(code, by)));
    process.once("exit", this.#kill);
    signal.addEventListener("abort", this.#kill, { once: true });
    if (signal.aborted) this.#kill();
    this.#send({ kind: "open", project });
    // An idle process must not keep Lockstep running.
    this.#rest();
  }

  /** Sets the files to check in addition to the edited ones, and restarts the time limit. */
  turnTo(watched: readonly string[]): void {
    this.#leftMs = this.#limitMs;
    this.#send({ kind: "watch", watched });
  }

  /**
   * Finds errors that these texts add to the project. One check at a time.
   * @throws the signal's reason
   */
  async check(after: ReadonlyMap<string, string>): Promise<VerifyResult> {
    doing("checking the types of the edited code");
    const startedAt = performance.now();
    const answer = await this.#ask({ kind: "check", after });
    this.#signal.throwIfAborted();
    const ms = Math.round(performance.now() - startedAt);
    this.#leftMs -= ms;
    if (answer?.kind === "checked") return { ...answer.checked, ms };
    const why = answer?.kind === "failed" ? `the type check failed: ${answer.message}` : this.#ended;
    return { errors: [], isExact: false, isChecked: false, skipped: why ?? "the type check ended early", ms };
  }

  /**
   * The positions where the project, with these texts, does not compile because a planned field is missing; undefined if that could not be
   * checked.
   * @throws the signal's reason
   */
  async demands(after: ReadonlyMap<string, string>): Promise<readonly Demand[] | undefined> {
    doing("asking the compiler what does not compile without the column");
    const answer = await this.#ask({ kind: "demands", after });
    this.#signal.throwIfAborted();
    return answer?.kind === "demanded" ? answer.demands : undefined;
  }

  /**
   * The positions where the project, with these texts, no longer compiles once the columns are required; undefined if that could not be
   * checked.
   * @throws the signal's reason
   */
  async requirements(after: ReadonlyMap<string, string>): Promise<readonly Demand[] | undefined> {
    doing("asking the compiler what does not compile once the column is required");
    const answer = await this.#ask({ kind: "requirements", after });
    this.#signal.throwIfAborted();
    return answer?.kind === "demanded" ? answer.demands : undefined;
  }

  /**
   * The code with new names for properties; undefined if the search ended early.
   * @throws the signal's reason
   */
  async rename(names: readonly RenamedName[]): Promise<RenamedCode | undefined> {
    doing("finding the uses of the field");
    const answer = await this.#ask({ kind: "rename", names });
    this.#signal.throwIfAborted();
    return answer?.kind === "renamed" ? answer.renamed : undefined;
  }

  /** Ends the process; a waiting check returns `skipped`. */
  close(): void {
    process.off("exit", this.#kill);
    this.#signal.removeEventListener("abort", this.#kill);
    this.#end("the type check was closed");
    this.#kill();
  }

  async #ask(message: VerifyMessage): Promise<VerifyAnswer | undefined> {
    if (this.#ended !== undefined || this.#signal.aborted) return undefined;
    this.#child.ref();
    this.#child.channel?.ref();
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<VerifyAnswer | undefined>((resolve) => {
        this.#settle = resolve;
        timer = setTimeout(
          () => {
            this.#end(`the type check took longer than ${this.#limitMs / 1000} s`);
            this.#kill();
          },
          Math.max(this.#leftMs, 1),
        );
        this.#send(message);
      });
    } finally {
      clearTimeout(timer);
      this.#settle = undefined;
      this.#rest();
    }
  }

  #send(message: VerifyMessage): void {
    // An ended process is reported by "exit".
    this.#child.send(message, () => undefined);
  }

  #rest(): void {
    this.#child.unref();
    this.#child.channel?.unref();
  }

  #end(why: string): void {
    this.#ended ??= why;
    this.#settle?.(undefined);
  }

  #wordsFor(code: number | null, by: NodeJS.Signals | null): string {
    // V8 ends a process that is out of memory by abort().
    if (by === "SIGABRT" || code === 134) return `the type check needs more than ${this.#megabytes} MB`;
    return `the type check ended early (${by ?? `exit code ${code}`})`;
  }
}

/** An application that resolves to 7,000 files takes 3 GB. */
function heapHere(): number {
  // The limit of a container; without one it is 0, or more than the machine has.
  const bytes = Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem());
  return Math.round(Math.min(Math.max(bytes / 2 ** 21, 1_200), 6_000));
}
