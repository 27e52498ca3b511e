import { spawn } from "node:child_process";
import { basename, isAbsolute } from "node:path";
import { createInterface } from "node:readline";
import { doing } from "./at-work.js";
import { toItsEnd } from "./to-its-end.js";
import { withoutPasswords } from "./url-text.js";

/** How a command ended. */
export interface ToolRun {
  readonly exitCode: number;
  /** Its output, without passwords. */
  readonly output: string;
}

export interface ToolOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Receives each line of stdout and stderr immediately. */
  readonly onLine?: (line: string) => void;
  /** Aborted: interrupts it like Ctrl-C. Default: Ctrl-C and SIGTERM of this process end it. */
  readonly signal?: AbortSignal;
  /** It changes a database: Ctrl-C and SIGTERM of this process do not end it. Default: no */
  readonly comesToItsEnd?: boolean;
  /** Milliseconds after which it is killed if the interruption did not end it. Default: never, a migration is not killed. */
  readonly killAfterMs?: number;
}

/**
 * Runs a command of the user's configuration in a shell.
 * @throws as `runTool`
 */
export function runShell(command: string, options: ToolOptions): Promise<ToolRun> {
  return process.platform === "win32"
    ? runTool("cmd", ["/d", "/s", "/c", command], options)
    : runTool("/bin/sh", ["-c", command], options);
}

/**
 * Runs a command of the ORM and reads its output. It runs in a process group of its own: Ctrl-C reaches only Lockstep, and with
 * `comesToItsEnd` a running migration completes. When Lockstep itself ends, the command ends too.
 *
 * @throws Node's error when it cannot be started: ENOENT if there is no such command
 */
export async function runTool(command: string, args: readonly string[], options: ToolOptions): Promise<ToolRun> {
  // Without a signal handler, the system ends this process, and the end of the command would be missed.
  const comesToItsEnd = options.comesToItsEnd === true && process.listenerCount("SIGINT") > 0;
  doing(
    `running ${[command, ...args]
      .slice(0, 4)
      .map((word) => (isAbsolute(word) ? basename(word) : word))
      .join(" ")}`,
  );
  const isGroup = process.platform !== "win32";
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: isGroup,
  });
  const send = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(isGroup ? -child.pid : child.pid, signal);
    } catch {
      // It has already ended.
    }
  };
  const end = () => send(comesToItsEnd ? "SIGTERM" : "SIGKILL");
  const ends = comesToItsEnd || options.signal !== undefined ? undefined : () => send("SIGTERM");
  let killing: NodeJS.Timeout | undefined;
  const interrupt = () => {
    send("SIGINT");
    if (options.killAfterMs !== undefined) killing = setTimeout(() => send("SIGKILL"), options.killAfterMs);
  };
  process.once("exit", end);
  const release = ends && onSignals(ends);
  options.signal?.addEventListener("abort", interrupt);
  if (options.signal?.aborted) interrupt();
  const lines: string[] = [];
  for (const input of [child.stdout, child.stderr])
    createInterface({ input }).on("line", (raw) => {
      if (raw === "") return;
      const line = withoutPasswords(raw, options.env);
      lines.push(line);
      options.onLine?.(line);
    });
  try {
    const ended = () =>
      new Promise<number>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) => resolve(code ?? 1));
      });
    const exitCode = await (comesToItsEnd ? toItsEnd(ended) : ended());
    return { exitCode, output: lines.join("\n") };
  } finally {
    clearTimeout(killing);
    doing();
    process.off("exit", end);
    release?.();
    options.signal?.removeEventListener("abort", interrupt);
  }
}

/** The process exits half a second later, which gives the tool time to end. Other handlers of the signal decide this themselves. */
function onSignals(end: () => void): () => void {
  const listeners = (
    [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const
  ).map(([signal, code]) => {
    const listener = () => {
      end();
      if (process.listenerCount(signal) === 1) setTimeout(() => process.exit(code), 500);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const off of listeners) off();
  };
}
