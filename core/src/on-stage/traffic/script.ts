import { spawn } from "node:child_process";
import { Agent, createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { withoutPasswords } from "../../db/url-text.js";
import type { Sample } from "../../rehearse/figures.js";
import type { Load } from "./messages.js";

export interface RunningScript {
  /** Requests that have not been answered for as long as nobody should wait. */
  waiting(): number;
  stop(): Promise<void>;
}

/** A script that has sent nothing for so long never will. */
const patienceMs = 60_000;
/** What comes first opens sessions and compiles code, and does not count. */
const warmUpMs = 2000;
/** Virtual users of a script always have a request under way. */
const waitsMs = 250;
/** One that ends is started again, no sooner than after so long. */
const restMs = 500;
/** So long it may take to end by itself when it is told to. */
const endsWithinMs = 3000;
const toldLines = 15;

/**
 * Runs a script of the user's that makes requests. It is given one address, LOCKSTEP_URL: a proxy that passes them to the builds in turn, as a load
 * balancer does, and notes how they were answered. The script begins again when it ends.
 *
 * @param onSample of each request that counts
 * @returns once it is warm
 * @throws Error when it makes no request
 */
export async function startScript(
  { origins, command, cwd }: Extract<Load, { kind: "script" }>,
  onSample: (sample: Sample) => void,
): Promise<RunningScript> {
  const agent = new Agent({ keepAlive: true });
  const underWay = new Set<number>();
  let turn = 0;
  let firstAt: number | undefined;
  const server = createServer((incoming, outgoing) => {
    const due = now();
    const origin = origins[turn++ % origins.length]!;
    underWay.add(due);
    void pass(incoming, outgoing, origin, agent).then((failure) => {
      underWay.delete(due);
      firstAt ??= now();
      if (due > firstAt + warmUpMs) onSample({ due, ms: now() - due, ...(failure === undefined ? {} : { failure }) });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as { port: number };
  const stopping = new AbortController();
  const script = repeat(
    command,
    { cwd, env: { ...process.env, LOCKSTEP_URL: `http://127.0.0.1:${port}` } },
    stopping.signal,
  );
  const stop = async () => {
    stopping.abort();
    await script.ended;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    agent.destroy();
  };
  for (const until = now() + patienceMs; firstAt === undefined || now() < firstAt + warmUpMs; await sleep(50))
    if (firstAt === undefined && (script.failed() || now() > until)) {
      await stop();
      throw new Error(`it has sent nothing to LOCKSTEP_URL${script.said()}`);
    }
  return { waiting: () => [...underWay].filter((since) => now() - since > waitsMs).length, stop };
}

/** @returns what is said against the answer, without values */
async function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  origin: string,
  agent: Agent,
): Promise<string | undefined> {
  const { method = "GET", url = "/", headers } = incoming;
  const what = `${method} ${pathOnly(url)}`;
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => {
      if (!outgoing.headersSent) outgoing.writeHead(502);
      outgoing.end();
      resolve(`${what} was not answered: ${error.code ?? error.name}`);
    };
    const asked = forward(
      new URL(url, origin),
      { method, headers: { ...headers, host: new URL(origin).host }, agent, timeout: patienceMs },
      (answer) => {
        const { statusCode = 502 } = answer;
        outgoing.writeHead(statusCode, answer.headers);
        answer.pipe(outgoing);
        answer.once("error", failed);
        // It is answered when all of it is there.
        answer.once("end", () => resolve(statusCode < 400 ? undefined : `${what} was answered with ${statusCode}`));
      },
    );
    asked.once("timeout", () => asked.destroy(Object.assign(new Error(), { code: "ETIMEDOUT" })));
    asked.once("error", failed);
    incoming.pipe(asked);
  });
}

/** Neither the query nor what looks like a key of a row: reports name it. */
const pathOnly = (url: string) =>
  url
    .replace(/[?#].*$/s, "")
    .split("/")
    .map((part) => (/\d|%|@/.test(part) || part.length > 30 ? "…" : part))
    .join("/");

/** Again and again until it is stopped. */
function repeat(
  command: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  signal: AbortSignal,
) {
  const lines: string[] = [];
  let exitCode: number | null | undefined;
  const isWindows = process.platform === "win32";
  const once = () =>
    new Promise<void>((resolve) => {
      const child = spawn(isWindows ? "cmd" : "/bin/sh", [isWindows ? "/c" : "-c", command], {
        ...options,
        stdio: ["ignore", "pipe", "pipe"],
        detached: !isWindows,
      });
      const send = (how: NodeJS.Signals) => {
        try {
          if (child.pid !== undefined) process.kill(isWindows ? child.pid : -child.pid, how);
        } catch {
          // It has ended by itself.
        }
      };
      let killing: NodeJS.Timeout | undefined;
      const end = () => {
        send("SIGTERM");
        killing = setTimeout(() => send("SIGKILL"), endsWithinMs);
      };
      const kill = () => send("SIGKILL");
      // Whoever wanted it is gone, and this process with it.
      process.once("exit", kill);
      signal.addEventListener("abort", end, { once: true });
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Buffer) => {
          lines.push(
            ...withoutPasswords(chunk.toString(), options.env)
              .split("\n")
              .filter((line) => line.trim() !== ""),
          );
          lines.splice(0, Math.max(0, lines.length - toldLines));
        });
      child.once("error", (error) => lines.push(error.message));
      child.once("close", (code) => {
        exitCode = code;
        clearTimeout(killing);
        process.off("exit", kill);
        signal.removeEventListener("abort", end);
        resolve();
      });
    });
  const ended = (async () => {
    while (!signal.aborted) {
      await once();
      await sleep(restMs, undefined, { signal }).catch(() => undefined);
    }
  })();
  return {
    ended,
    failed: () => exitCode !== undefined && exitCode !== 0,
    said: () =>
      `${exitCode === undefined ? "" : `; it has ended with exit code ${exitCode}`}${lines.length === 0 ? ", and has printed nothing" : `. It has printed:\n${lines.join("\n")}`}`,
  };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
