import { setFlagsFromString } from "node:v8";

/**
 * By the major version of V8, which prints an error for flags that it does not know: of Node 20 and 22. On 24 and 26 there is nothing to
 * gain.
 */
const flags: Readonly<Record<string, readonly string[]>> = {
  "11": ["--interrupt-budget=1000000"],
  "12": ["--invocation-count-for-maglev=4000", "--invocation-count-for-turbofan=45000"],
};

/**
 * For a second or two of work in much code: to optimise functions costs V8 more than it saves. The check of 3,000 migrations takes 0.7 s of
 * processor time instead of 1.2 s on Node 20, and 0.5 instead of 0.75 s on Node 22. What runs for long is still optimised (44,000
 * statements: 3.4 s instead of 4.5 s).
 */
export function optimiseLate(): void {
  const [major = ""] = process.versions.v8.split(".");
  for (const flag of [...(flags[major] ?? []), "--no-wasm-tier-up", "--no-wasm-dynamic-tiering"])
    setFlagsFromString(flag);
}
