/** Loads the WASM build of the schema engine: the loaders that Prisma publishes need a file that is not in the package. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { handledElsewhere } from "@lockstep/core/text";

/** The used part of the global `WebAssembly`; Node's types lack it. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<CompiledModule>;
  instantiate(module: CompiledModule, imports: Record<string, object>): Promise<{ exports: EngineExports }>;
  RuntimeError: new () => Error;
};
export interface CompiledModule {
  readonly __compiled: never;
}
interface EngineExports {
  __wbindgen_start(): void;
}

export type EngineRuntime = typeof import("@prisma/schema-engine-wasm/schema_engine_bg");

/**
 * Starts to read and compile on V8's own threads, while this one loads JavaScript.
 * @throws LS8011 another version was installed in its place
 */
export async function compileEngine(): Promise<CompiledModule> {
  const glue = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const compiling = readFile(glue.replace(/\.js$/, ".wasm")).then((bytes) => WebAssembly.compile(bytes));
  compiling.catch(handledElsewhere);
  const { assertInstalled } = await import("@lockstep/core");
  assertInstalled("@prisma/schema-engine-wasm", import.meta.url);
  return compiling;
}

/** The engine's version in its package: `7.10.0-4.<commit of prisma-engines>`. */
export function wasmEngineVersion(): string {
  const glue = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const { version } = createRequire(glue)("./package.json") as { version: string };
  return version;
}

/** A running instance. There is one per process: the glue code stores it in a module variable. */
export async function instantiateEngine(module: CompiledModule): Promise<EngineRuntime> {
  const runtime = await import("@prisma/schema-engine-wasm/schema_engine_bg");
  const instance = await WebAssembly.instantiate(module, { "./schema_engine_bg.js": runtime });
  runtime.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return runtime;
}

/** True for a crash inside the engine, after which the instance is unusable. */
export function isCrash(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}

let lastPanic = "";
Object.assign(globalThis, {
  /** The engine calls this by name before it crashes. */
  PRISMA_WASM_PANIC_REGISTRY: {
    set_message(message: string): void {
      lastPanic = message;
    },
  },
});

/** The engine's message when it crashed. */
export function panicMessage(): string {
  return lastPanic;
}
