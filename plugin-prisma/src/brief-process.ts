import { setFlagsFromString } from "node:v8";

/**
 * For a process that lives for seconds: V8 shall not optimise WASM functions that were called a few times. Where the schema has 300
 * models that costs more than a second of processor time and 60 MB (Node 20 and 22; on Node 24 400 MB: measured), and brings nothing.
 * To be called before a WASM module is loaded.
 */
export function expectBriefRun(): void {
  setFlagsFromString("--no-wasm-tier-up");
  setFlagsFromString("--no-wasm-dynamic-tiering");
}
