import { Console } from "node:console";

/** Keeps stdout to ourselves: it is the answer, or the engine's protocol. What functions of lockstep.config.ts print goes to stderr. */
export function ownStdout(): void {
  globalThis.console = new Console({ stdout: process.stderr, stderr: process.stderr });
}
