import { setFlagsFromString } from "node:v8";

/**
 * For a process that lives for seconds: keeps V8 from optimising WASM functions after a few calls. With a schema of 300 models the
 * optimisation costs more than a second of processor time and 60 MB (Node 20 and 22; on Node 24 400 MB: measured), and doubles the cost of
 * one change's SQL, without benefit. Call it before a WASM module is loaded.
 */
export function expectBriefRun(): void {
  setFlagsFromString("--no-wasm-tier-up");
  setFlagsFromString("--no-wasm-dynamic-tiering");
}

/** By the major version of V8, which prints an error for unknown flags: of Node 20 and 22. On 24 and 26 they have no benefit. */
const later: Readonly<Record<string, readonly string[]>> = {
  "11": ["--interrupt-budget=1000000"],
  "12": ["--invocation-count-for-maglev=4000", "--invocation-count-for-turbofan=45000"],
};

/**
 * The same, for work of a second or two in much code of our own: optimising functions costs V8 more than it saves. The check of 3,000
 * migrations takes 0.7 s of processor time instead of 1.2 s on Node 20, and 0.5 instead of 0.75 s on Node 22. Longer work is still
 * optimised (44,000 statements: 3.4 s instead of 4.5 s).
 */
export function optimiseLate(): void {
  expectBriefRun();
  const [major = ""] = process.versions.v8.split(".");
  for (const flag of later[major] ?? []) setFlagsFromString(flag);
}
