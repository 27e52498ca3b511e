/** The RPC server for the Prisma CLI: it receives requests, passes them to the hooks, and an engine answers. */
import type { Readable, Writable } from "node:stream";
import { commandsHere, printable, printIds } from "@lockstep/core/text";
import { type EngineBackend, type EngineHost, type RequestId, toRpcError } from "./backend.js";
import type { EngineHooks, EngineInfo, EngineRequest, HookEngine } from "./hooks.js";
import { jsonLine, type Message, parseMessage, readLines } from "./lines.js";
import { reading } from "./reading.js";

const firstOwnId = 900_000;
const parseErrorCode = -32700;

export interface ServerOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly info: EngineInfo;
  /** undefined: everything passes. */
  readonly hooks: Promise<EngineHooks | undefined>;
  /** Whether to handle signals: not while the hooks work, because a parser cannot be interrupted. Default: always */
  hearing?(isHearing: boolean): void;
}

/**
 * Answers requests one at a time, in the order they arrived.
 * @example const server = new EngineServer(options); server.use(new WasmBackend({ …, host: server })); await server.run();
 */
export class EngineServer implements EngineHost {
  readonly #options: ServerOptions;
  readonly #shown = new Map<RequestId, () => void>();
  #backend: EngineBackend | undefined;
  #work: Promise<void> = Promise.resolve();
  #running = 0;
  #isEnded = false;
  #areHooksAtWork = false;
  #nextId = firstOwnId;

  constructor(options: ServerOptions) {
    this.#options = options;
    // The CLI may end before us.
    options.output.on("error", () => undefined);
  }

  /** The engine behind the server. Its host is the server, so it is set after construction. */
  use(backend: EngineBackend): void {
    this.#backend = backend;
  }

  /** Resolves when the CLI has closed its end and all requests are answered. */
  async run(): Promise<void> {
    await readLines(this.#options.input, (line) => this.#receive(line));
    this.#isEnded = true;
    for (const done of this.#shown.values()) done();
    await this.#work;
  }

  /** True while a request is being answered. */
  get isBusy(): boolean {
    return this.#running > 0;
  }

  /** Resolves when all requests so far are answered. */
  get idle(): Promise<void> {
    return this.#work;
  }

  print(content: string): Promise<void> {
    if (this.#isEnded) return Promise.resolve();
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#shown.set(id, resolve);
      this.writeLine(jsonLine({ id, jsonrpc: "2.0", method: "print", params: { content } }));
    });
  }

  /** Sends a line to the CLI unchanged. */
  writeLine(line: string): void {
    this.#options.output.write(`${line}\n`);
  }

  #receive(line: string): void {
    const message = parseMessage(line);
    if (message === undefined) {
      this.writeLine(jsonLine({ jsonrpc: "2.0", error: { code: parseErrorCode, message: "Parse error" }, id: null }));
      return;
    }
    if (message.method === undefined) {
      this.#receiveAnswer(message, line);
      return;
    }
    this.#running += 1;
    const request = { method: message.method, params: message.params };
    this.#work = this.#work.then(async () => {
      this.writeLine(await this.#answer(request, message.id ?? null, line));
      (await this.#options.hooks)?.answered?.(request);
      this.#running -= 1;
    });
  }

  /** The answer to a `print` of ours, or to a request of the engine behind us. */
  #receiveAnswer({ id = null }: Message, line: string): void {
    if (Number(id) >= printIds) return;
    const shown = this.#shown.get(id);
    this.#shown.delete(id);
    if (shown) shown();
    else this.#backend?.deliver?.(line);
  }

  async #answer(request: EngineRequest, id: RequestId, line: string): Promise<string> {
    try {
      const hooks = await this.#options.hooks;
      const intercepted = await this.#unheard(() => hooks?.intercept(request, this.#engine, this.#options.info));
      const { result, raw } = intercepted ? { result: intercepted.result } : await this.#pass(request, id, line);
      const replaced = await hooks?.after?.(request, result, this.#engine, this.#options.info);
      if (replaced === undefined && raw !== undefined) return raw;
      return jsonLine({ jsonrpc: "2.0", result: (replaced === undefined ? result : replaced) ?? null, id });
    } catch (error) {
      if (error instanceof RawError) return error.line;
      return jsonLine({ jsonrpc: "2.0", error: toRpcError(error), id });
    }
  }

  async #pass(request: EngineRequest, id: RequestId, line: string): Promise<{ result: unknown; raw?: string }> {
    const backend = this.#requireBackend();
    if (!backend.relay) return { result: await backend.call(request.method, request.params) };
    const raw = await backend.relay(line, id);
    const answer = parseMessage(raw);
    if (answer?.error !== undefined) throw new RawError(raw);
    return { result: answer?.result, raw };
  }

  readonly #engine: HookEngine = {
    waits: async () => this.#requireBackend().waits,
    call: (method, params) => this.#heard(() => this.#requireBackend().call(method, params)),
    print: (text) => this.print(printable(commandsHere(text, reading()), process.env.LOCKSTEP_COLOR === "1")),
  };

  async #unheard<T>(work: () => T | Promise<T>): Promise<T> {
    this.#areHooksAtWork = true;
    this.#options.hearing?.(false);
    try {
      return await work();
    } finally {
      this.#areHooksAtWork = false;
      this.#options.hearing?.(true);
    }
  }

  async #heard<T>(work: () => Promise<T>): Promise<T> {
    this.#options.hearing?.(true);
    try {
      return await work();
    } finally {
      this.#options.hearing?.(!this.#areHooksAtWork);
    }
  }

  #requireBackend(): EngineBackend {
    if (this.#backend) return this.#backend;
    throw new Error("EngineServer.use was not called");
  }
}

/** An error of the engine, already in the CLI's form. */
class RawError extends Error {
  readonly line: string;

  constructor(line: string) {
    super("answered with an error");
    this.line = line;
  }
}
