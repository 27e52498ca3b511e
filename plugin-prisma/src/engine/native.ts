/** The native schema engine as a child process. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { endsWithMe } from "@lockstep/core/text";
import { type EngineBackend, EngineError, fromRpcError, type RequestId, type RpcError } from "./backend.js";
import { foundEngineVariable, nativeEngineVariable } from "./find-native.js";
import { jsonLine, parseMessage, readLines } from "./lines.js";

/** Ids of our own requests; the CLI counts from 1. */
const firstOwnId = 900_000;
/** The longest time that the native engine itself takes. */
const shutdownMs = 4_000;

export interface NativeOptions {
  readonly executable: string;
  /** The CLI's command line, unchanged. */
  readonly args: readonly string[];
  /** Receives the engine's own requests and notifications (`print`), unchanged. */
  forward(line: string): void;
}

export class NativeBackend implements EngineBackend {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #forward: (line: string) => void;
  readonly #waiting = new Map<RequestId, { resolve(line: string): void; reject(error: Error): void }>();
  readonly #exited: Promise<void>;
  #nextId = firstOwnId;
  #end: EngineError | undefined;

  constructor({ executable, args, forward }: NativeOptions) {
    this.#forward = forward;
    const child = spawn(executable, args, { stdio: ["pipe", "pipe", "pipe"], env: childEnvironment() });
    this.#child = child;
    endsWithMe(child.pid);
    const kill = () => child.kill("SIGKILL");
    process.once("exit", kill);
    child.once("close", () => process.off("exit", kill));
    // The CLI reads the engine's log there.
    child.stderr.pipe(process.stderr, { end: false });
    child.stdin.on("error", () => undefined);
    const output = readLines(child.stdout, (line) => this.#receive(line));
    this.#exited = new Promise((resolve) => {
      child.once("error", (error) => this.#fail(`could not be started: ${error.message}`, resolve));
      child.once("close", (code, signal) => {
        void output.then(() => this.#fail(`ended with ${signal ?? `exit code ${code}`}`, resolve));
      });
    });
  }

  async call(method: string, params: unknown): Promise<unknown> {
    const id = this.#nextId++;
    const answer = parseMessage(await this.#ask(jsonLine({ id, jsonrpc: "2.0", method, params }), id));
    if (answer?.error) throw fromRpcError(answer.error as RpcError);
    return answer?.result;
  }

  relay(line: string, id: RequestId): Promise<string> {
    return this.#ask(line, id);
  }

  deliver(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  async interrupt(): Promise<void> {
    this.#child.kill("SIGTERM");
  }

  async close(): Promise<void> {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), shutdownMs);
    await this.#exited;
    clearTimeout(timer);
  }

  #ask(line: string, id: RequestId): Promise<string> {
    if (this.#end) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.deliver(line);
    });
  }

  #receive(line: string): void {
    const message = parseMessage(line);
    const isAnswer = message !== undefined && message.method === undefined && message.id !== undefined;
    const waiting = isAnswer ? this.#waiting.get(message.id ?? null) : undefined;
    if (isAnswer && waiting) {
      this.#waiting.delete(message.id ?? null);
      waiting.resolve(line);
    } else {
      this.#forward(line);
    }
  }

  #fail(how: string, done: () => void): void {
    this.#end ??= new EngineError("LS9002", `The native schema engine ${how}.`);
    for (const { reject } of this.#waiting.values()) reject(this.#end);
    this.#waiting.clear();
    done();
  }
}

/** Runs a whole command with the native engine (`--version`, `cli …`). */
export function runNative(executable: string, args: readonly string[]): number {
  const { status } = spawnSync(executable, args, { stdio: "inherit", env: childEnvironment() });
  return status ?? 1;
}

/** If the "native" engine is another Lockstep proxy, it must not intercept a second time. */
function childEnvironment(): NodeJS.ProcessEnv {
  const { [nativeEngineVariable]: _, [foundEngineVariable]: __, ...rest } = process.env;
  return { ...rest, LOCKSTEP: "off" };
}
