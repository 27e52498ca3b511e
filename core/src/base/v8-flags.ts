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

type FlagsByV8 = Readonly<Record<string, readonly string[]>>;

/** By the major version of V8, which prints an error for unknown flags: of Node 20 and 22. On 24 and 26 they have no benefit. */
const later: FlagsByV8 = {
  "11": ["--interrupt-budget=1000000"],
  "12": ["--invocation-count-for-maglev=4000", "--invocation-count-for-turbofan=45000"],
};

/**
 * For the TypeScript compiler, which runs for some seconds. The values above slow down its own thread by a third. The check of 6 files in a
 * program of 400 takes 4.1 s of processor time instead of 5.2 s on Node 20, and 3.7 s instead of 4.4 s on Node 22. Its own thread takes as
 * long as before, within 0.2 s.
 */
const laterInCompiler: FlagsByV8 = {
  "11": ["--interrupt-budget=400000"],
  "12": ["--invocation-count-for-turbofan=10000"],
};

/**
 * As `expectBriefRun`, for work of a second or two in much code of our own: optimising functions costs V8 more than it saves. The check of
 * 3,000 migrations takes 0.7 s of processor time instead of 1.2 s on Node 20, and 0.5 instead of 0.75 s on Node 22. Longer work is still
 * optimised (44,000 statements: 3.4 s instead of 4.5 s).
 */
export function optimiseLate(): void {
  expectBriefRun();
  for (const flag of forThisV8(later)) setFlagsFromString(flag);
}

/** As `optimiseLate`, for a process that plans a change and runs the TypeScript compiler. */
export function optimiseCompilerLate(): void {
  expectBriefRun();
  for (const flag of compilerFlags()) setFlagsFromString(flag);
}

/** The options of Node for a process that only runs the TypeScript compiler. */
export function compilerFlags(): readonly string[] {
  return forThisV8(laterInCompiler);
}

function forThisV8(flags: FlagsByV8): readonly string[] {
  const [major = ""] = process.versions.v8.split(".");
  return flags[major] ?? [];
}
