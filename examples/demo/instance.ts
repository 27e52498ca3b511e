import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { userEnvironment } from "./environment.js";

/** The app at one commit, ready to start. */
export interface Build {
  /** As the audience knows it: `old`, `expand` … */
  readonly name: string;
  readonly folder: string;
  /** Arguments of node that start it. */
  readonly start: readonly string[];
}

export interface Instance {
  readonly build: Build;
  readonly port: number;
  readonly logFile: string;
  stop(): Promise<void>;
}

let started = 0;

/**
 * Starts one process of the app and waits until it answers.
 *
 * @throws with the end of its log when it does not start
 */
export async function startInstance(build: Build, databaseUrl: string, signal: AbortSignal): Promise<Instance> {
  const logFile = `${build.folder}.${++started}.log`;
  const log = openSync(logFile, "w");
  const child = spawn(process.execPath, ["--import", endWithUs, ...build.start], {
    cwd: build.folder,
    env: userEnvironment({ DATABASE_URL: databaseUrl, HOST: "127.0.0.1", PORT: "0", DATABASE_POOL_MAX: "10" }),
    stdio: ["pipe", log, log],
    // A session of its own, as on a machine of its own: one that starts leaves those that serve their share of the cores.
    detached: true,
  });
  closeSync(log);
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  const stop = async () => {
    child.kill("SIGTERM");
    const isGone = await Promise.race([exited.then(() => true), sleep(5_000, false)]);
    if (!isGone) kill();
    await exited;
    process.off("exit", kill);
  };
  for (;;) {
    const text = readFileSync(logFile, "utf8");
    const port = /Server listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1];
    if (port !== undefined) return { build, port: Number(port), logFile, stop };
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`The app (${build.name}) did not start:\n${text.slice(-2_000)}`);
    if (signal.aborted) await stop();
    signal.throwIfAborted();
    await sleep(30);
  }
}

/** Ends the app when its standard input does: the demo may be killed without a chance to stop it. */
const endWithUs = `data:text/javascript,${encodeURIComponent(
  'process.stdin.on("end", () => process.kill(process.pid, "SIGTERM")).resume().unref();',
)}`;
