/** One run of the schema engine: a command or the RPC server, in front of the native or the WASM engine. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { duringCleanUp, handledElsewhere, watchWork } from "@lockstep/core/text";
import { isOfOtherEngine, isSupported, providerIn } from "../schema/dialect.js";
import { type DatasourceUrls, type EngineArguments, parseArguments } from "./arguments.js";
import type { EngineBackend } from "./backend.js";
import { findNative } from "./find-native.js";
import type { EngineHooks, EngineInfo } from "./hooks.js";
import { NativeBackend, runNative } from "./native.js";
import { prismaVersion } from "./prisma-version.js";
import { EngineServer } from "./server.js";

/** The longest time in which the native engine ends on a signal. */
const shutdownMs = 4_000;
/** The longest time in which this process ends on a signal. */
const interruptedMs = 1_500;

/** The environment of a run. */
export interface RunOptions {
  /** The command line, without the executable. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Loads the hooks; called for the RPC server only, and neither with LOCKSTEP=off nor for an unsupported database. */
  loadHooks(): Promise<EngineHooks>;
}

/**
 * Runs the CLI's request.
 * @returns the exit code
 * @example process.exitCode = await runEngine({ args: process.argv.slice(2), cwd: process.cwd(), env: process.env, loadHooks })
 */
export async function runEngine(options: RunOptions): Promise<number> {
  const { args, cwd, env } = options;
  const parsed = parseArguments(args);
  const native = findNative(cwd, env);
  if (parsed.kind === "rpc") return serve(parsed, native, options);
  if (native) return runNative(native, args);
  if (parsed.kind === "cli") {
    return (await import("./cli-commands.js")).runCliCommand(parsed.command, parsed.datasource, cwd);
  }
  const { wasmEngineVersion } = await import("./wasm-module.js");
  const version = wasmEngineVersion();
  // In the native engine's form "<name> <commit>".
  process.stdout.write(`schema-engine-wasm ${version.split(".").at(-1)} (${version}, through @lockstep/prisma)\n`);
  return 0;
}

async function serve(
  parsed: EngineArguments & { kind: "rpc" },
  native: string | undefined,
  { args, cwd, env, loadHooks }: RunOptions,
): Promise<number> {
  // First: it starts while this process loads the rest.
  const forward = (line: string) => server.writeLine(line);
  const started = native === undefined ? undefined : new NativeBackend({ executable: native, args, forward });
  // While a parser runs, the process handles no signals, and does not notice that the CLI has ended.
  watchWork({ descriptor: 1, form: "print", afterParentMs: 1_000, isLate: true });
  const { datamodelPaths } = parsed;
  const datasource = parsed.datasource.url === undefined ? await urlsInFiles(parsed, env) : parsed.datasource;
  const info: EngineInfo = {
    backend: native ? "native" : "wasm",
    datamodelPaths,
    datasource,
    cwd,
    prismaVersion: prismaVersion(cwd, env.LOCKSTEP_PRISMA_VERSION),
  };
  const isOff = env.LOCKSTEP === "off" || !isSupported(providerOf(info));
  const hooks = isOff ? Promise.resolve(undefined) : loadHooks();
  // The first to await it reports the error.
  hooks.catch(handledElsewhere);
  const signals = new Signals();
  const hearing = (isHearing: boolean) => (isHearing ? signals.hear() : signals.ignore());
  const server = new EngineServer({ input: process.stdin, output: process.stdout, info, hooks, hearing });
  const backend = started ?? noWasm(info) ?? lazyWasm(info, server);
  server.use(backend);
  await Promise.race([server.run(), interrupted(server, backend, signals, started !== undefined)]);
  // A little longer than the time after which a native engine is killed.
  await Promise.race([backend.close(), delay(shutdownMs + 1_000)]);
  return 0;
}

/** Prisma 6 leaves reading the URLs from the schema to the engine. */
async function urlsInFiles(
  { datamodelPaths, datasource }: EngineArguments & { kind: "rpc" },
  env: NodeJS.ProcessEnv,
): Promise<DatasourceUrls> {
  if (datamodelPaths.length === 0) return datasource;
  const { urlsInSchema } = await import("../schema/datasource-urls.js");
  const files = datamodelPaths.map((path) => ({ path, content: readFileSync(path, "utf8") }));
  return { ...urlsInSchema(files, env), ...datasource };
}

function providerOf({ datamodelPaths, cwd }: EngineInfo): string | undefined {
  return providerIn(datamodelPaths.map((path) => ({ content: readFileSync(resolve(cwd, path), "utf8") })));
}

/** For an unsupported schema. Undefined: it is supported. */
function noWasm(info: EngineInfo): EngineBackend | undefined {
  const provider = providerOf(info);
  if (!isOfOtherEngine(provider)) return undefined;
  return {
    call: async () => {
      throw (await import("./target.js")).noNativeEngine(`the provider is "${provider}"`);
    },
    interrupt: async () => undefined,
    close: async () => undefined,
  };
}

/** The WASM engine, which loads while the CLI's first request is in transit. */
function lazyWasm(info: EngineInfo, host: EngineServer): EngineBackend {
  let onWait!: () => void;
  const waits = new Promise<void>((resolve) => {
    onWait = resolve;
  });
  const loading = import("./wasm-module.js").then(({ compileEngine }) => {
    const module = compileEngine();
    module.catch(handledElsewhere);
    return import("./wasm.js").then(({ WasmBackend }) => new WasmBackend({ ...info, host, module, onWait }));
  });
  loading.catch(handledElsewhere);
  return {
    waits,
    call: async (method, params) => (await loading).call(method, params),
    interrupt: async () => (await loading).interrupt(),
    close: async () => (await loading.catch(handledElsewhere))?.close(),
  };
}

/** Signals are handled while an engine works, which ends what it runs. At all other times the system ends the process. */
class Signals {
  readonly #names = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
  #resolve: () => void = () => undefined;
  readonly came = new Promise<void>((resolve) => {
    this.#resolve = resolve;
  });
  readonly #listener = () => this.#resolve();

  constructor() {
    this.hear();
  }

  hear(): void {
    for (const name of this.#names)
      if (!process.listeners(name).includes(this.#listener)) process.on(name, this.#listener);
  }

  ignore(): void {
    for (const name of this.#names) process.off(name, this.#listener);
  }
}

/** Resolves after SIGTERM or SIGINT, when the running work has ended. The CLI sends SIGTERM at the end of every command. */
async function interrupted(
  server: EngineServer,
  backend: EngineBackend,
  signals: Signals,
  isNative: boolean,
): Promise<void> {
  await signals.came;
  if (!server.isBusy) {
    // Without Lockstep, the engine gets this signal. The CLI waits until this process has ended.
    if (isNative) await backend.interrupt();
    return;
  }
  setTimeout(() => process.exit(1), interruptedMs).unref();
  await Promise.race([backend.interrupt().catch(duringCleanUp), delay(shutdownMs)]);
  await Promise.race([server.idle, delay(shutdownMs)]);
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
