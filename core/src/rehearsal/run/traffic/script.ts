import { Agent, createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { runShell } from "../../../base/run-tool.js";
import type { Sample } from "../../results/figures.js";
import type { Load } from "./messages.js";

export interface RunningScript {
  /** The number of requests that have been unanswered for too long. */
  waiting(): number;
  /** Why it makes no requests: it ended without one. */
  silence(): string | undefined;
  stop(): Promise<void>;
}

/** A script that has sent nothing for so long never will. */
const patienceMs = 60_000;
/** The first requests open sessions and compile code, and do not count. */
const warmUpMs = 2000;
/** Virtual users of a script always have a request in progress. */
const waitsMs = 250;
/** The minimum time before a script that ended is restarted. */
const restMs = 500;
const toldLines = 15;

/**
 * Runs a user's script that makes requests. It gets one address, LOCKSTEP_URL: a proxy that passes them to the builds in turn, as a load
 * balancer does, and records the responses. The script restarts when it ends.
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
  let requests = 0;
  let firstAt: number | undefined;
  const server = createServer((incoming, outgoing) => {
    const due = now();
    const origin = origins[requests++ % origins.length]!;
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
  const env = { ...process.env, LOCKSTEP_URL: `http://127.0.0.1:${port}` };
  const stopping = new AbortController();
  const { signal } = stopping;
  let silence: string | undefined;
  const runs = (async () => {
    while (!signal.aborted && silence === undefined) {
      const before = requests;
      const { exitCode, output } = await runShell(command, { cwd, env, signal });
      if (requests === before && !signal.aborted) silence = silenceText(exitCode, output);
      // Stopped meanwhile: AbortError.
      await sleep(restMs, undefined, { signal }).catch(() => undefined);
    }
  })();
  const stop = async () => {
    stopping.abort();
    await runs;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    agent.destroy();
  };
  for (const until = now() + patienceMs; firstAt === undefined || now() < firstAt + warmUpMs; await sleep(50))
    if (silence !== undefined || (firstAt === undefined && now() > until)) {
      await stop();
      throw new Error(silence ?? `none has come to LOCKSTEP_URL in ${patienceMs / 1000} s`);
    }
  return {
    waiting: () => [...underWay].filter((since) => now() - since > waitsMs).length,
    silence: () => silence,
    stop,
  };
}

function silenceText(exitCode: number, output: string): string {
  const told = output.split("\n").slice(-toldLines).join("\n");
  return `it ended with exit code ${exitCode} and sent no request to LOCKSTEP_URL${told === "" ? ", and printed nothing" : `. It printed:\n${told}`}`;
}

/** @returns the error of the response, without values */
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
        // The response counts once it is complete.
        answer.once("end", () => resolve(statusCode < 400 ? undefined : `${what} was answered with ${statusCode}`));
      },
    );
    asked.once("timeout", () => asked.destroy(Object.assign(new Error(), { code: "ETIMEDOUT" })));
    asked.once("error", failed);
    incoming.pipe(asked);
  });
}

/** Neither the query nor parts that look like a key of a row: reports contain the path. */
const pathOnly = (url: string) =>
  url
    .replace(/[?#].*$/s, "")
    .split("/")
    .map((part) => (/\d|%|@/.test(part) || part.length > 30 ? "…" : part))
    .join("/");

function now(): number {
  return performance.timeOrigin + performance.now();
}
