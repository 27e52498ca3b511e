import { type ChildProcess, fork } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { byAda, environment, type RunResult } from "../support/run.js";
import type { ProcessCall } from "./process.js";

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/** A process that runs commands with a plugin, one after the other. @param module the plugin's, from this folder */
export function startCommands(module: string): { run(call: ProcessCall): Promise<RunResult>; close(): void } {
  let child: ChildProcess | undefined;
  const start = () => {
    const files = ["./process.ts", module].map((file) => fileURLToPath(new URL(file, import.meta.url)));
    const options = { env: environment(), execArgv: ["--import", tsx] };
    child = fork(files[0]!, files.slice(1), { ...options, stdio: ["ignore", "ignore", "inherit", "ipc"] });
    return child;
  };
  return {
    run(call) {
      const running = child ?? start();
      return new Promise((resolve, reject) => {
        const ended = (code: number | null) => reject(new Error(`the process of the commands ended with ${code}`));
        running.once("exit", ended);
        running.once("message", (result: RunResult) => {
          running.off("exit", ended);
          resolve(result);
        });
        running.send({ ...call, argv: byAda(call.argv) });
      });
    },
    close: () => void child?.kill(),
  };
}
