import { Console } from "node:console";

/** Reserves stdout for the answer or the engine's protocol. Output of functions in lockstep.config.ts goes to stderr. */
export function ownStdout(): void {
  globalThis.console = new Console({ stdout: process.stderr, stderr: process.stderr });
}
