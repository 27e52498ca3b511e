/** The common part of our own database servers: they end with this process, however that ends, and leave no folder behind. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { attempt, isUnreadable } from "../../base/expected-errors.js";
import type { Account } from "./account.js";

/** The signals that end a system's server. */
export interface Endings {
  /** In order, without waiting for its sessions. */
  readonly fast: "SIGINT" | "SIGTERM";
  /** Immediately, as in a crash. */
  readonly atOnce: "SIGQUIT" | "SIGKILL";
  /** Relative to its folder. Exists as long as a server that was ended immediately is running. */
  readonly pidFile?: string;
}

export interface OwnServer {
  child: ChildProcess;
  /** None on Windows. */
  guard: ChildProcess | undefined;
  /** All its files; `server.log` is its output. */
  readonly folder: string;
  readonly endings: Endings;
}

const running = new Set<OwnServer>();

/** From now on it ends with this process. */
export function keep(server: OwnServer): void {
  running.add(server);
  watchProcess();
  server.child.unref(); // a caller that forgets to stop it can still end
}

/** Ends it, and leaves its folder. */
export async function end({ child, guard, endings }: OwnServer, how: "fast" | "atOnce"): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.ref();
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(endings[how]);
    await ended;
  }
  guard?.kill("SIGKILL");
}

/** Removes the folder of a server that has ended. @returns its log */
export async function clear(server: OwnServer): Promise<string> {
  const log = logOf(server.folder);
  running.delete(server);
  await rm(server.folder, { recursive: true, force: true, maxRetries: 3 });
  return log;
}

export const isKept = (server: OwnServer) => running.has(server);

/** Empty if the log no longer exists. */
export function logOf(folder: string): string {
  return attempt(() => readFileSync(join(folder, "server.log"), "utf8"), isUnreadable) ?? "";
}

/** Ends the server when this process is killed and cannot do so: its end closes the guard's standard input. */
export function guardOf(
  child: ChildProcess,
  folder: string,
  { atOnce }: Endings,
  account: Account | undefined,
): ChildProcess | undefined {
  if (process.platform === "win32") return undefined;
  const script = `cat >/dev/null; kill -${atOnce.slice(3)} "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; rm -rf "$2"`;
  const guard = spawn("/bin/sh", ["-c", script, "sh", String(child.pid), folder], {
    cwd: "/",
    env: environment(),
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    ...account,
  });
  guard.unref();
  (guard.stdin as { unref?(): void } | null)?.unref?.();
  return guard;
}

/** Servers do not inherit the caller's variables and locale. */
export function environment(): Record<string, string> {
  return { PATH: process.env.PATH ?? "", LC_ALL: "C" };
}

/** Another process may take it before the server does. */
export async function freePort(): Promise<number> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

let isWatching = false;

function watchProcess(): void {
  if (isWatching) return;
  isWatching = true;
  process.once("exit", endAll);
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    process.on(signal, () => {
      // If there are other listeners, they decide when the process ends. Otherwise we do what the signal would have done.
      if (process.listenerCount(signal) === 1) process.exit(code);
    });
  }
}

/** On `exit` only synchronous work is possible: it polls for the server's pid file. */
function endAll(): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (const { child, guard, folder, endings } of running) {
    child.kill(endings.atOnce);
    for (
      let waited = 0;
      endings.pidFile !== undefined && waited < 200 && existsSync(join(folder, endings.pidFile));
      waited++
    )
      Atomics.wait(pause, 0, 0, 10);
    guard?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
  running.clear();
}
