import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { LockstepError } from "../../base/errors.js";
import { runShell } from "../../base/run-tool.js";
import type { Connection } from "../../dialect/connection.js";
import type { Rehearsing, TrafficStatement } from "../../dialect/rehearsing.js";
import type { StatementStats } from "../../dialect/stats/stats-file.js";
import { isSameTable, type Plan } from "../../model/index.js";
import { tablesOf } from "../../plan/tables-of.js";
import { applicationName, type Load } from "./traffic/messages.js";
import { requestSender } from "./traffic/requests.js";

/** The build from before the change, and one that uses the new columns. */
export type Build = "old" | "new";

/** The load that runs beside the change. */
export interface Application {
  /** Switches to these builds. @param send sends a load instead of the current one */
  turnTo(builds: readonly Build[], send: (load: Load) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** The user's own builds, as in `rehearse` of the config. */
export interface OwnBuilds {
  readonly old: string;
  readonly new: string;
  /** Requests, or a script that sends them. */
  readonly load: readonly string[] | string;
}

/** More than any rehearsal sends: none is used twice. */
const unusedNumbers = 10_000_000;
/** Number of warm-up rounds that do not count: the first requests compile code and open sessions. */
const warmRounds = 10;

/** Sends one request at a time, as deployments warm up an instance before it gets traffic. */
async function warmUp(origin: string, requests: readonly string[], from: number): Promise<void> {
  const sender = requestSender({ kind: "requests", origins: [origin], requests, from });
  for (let sent = 0; sent < warmRounds * requests.length; sent++) await sender.next()();
}

/** The user's own builds, with requests over HTTP. @throws LS6505 one that does not start */
export function ownApplication(builds: OwnBuilds, url: string, cwd: string, signal: AbortSignal): Application {
  const { load } = builds;
  const running = new Map<Build, RunningBuild>();
  let from = 1;
  const loadOf = (origins: readonly string[]): Load =>
    typeof load === "string"
      ? { kind: "script", origins, command: load, cwd }
      : { kind: "requests", origins, requests: load, from };
  return {
    async turnTo(wanted, send) {
      for (const build of wanted) {
        if (running.has(build)) continue;
        const started = await startBuild({ build, command: builds[build], url, cwd, signal });
        running.set(build, started);
        // A script warms them up itself: only it knows how.
        if (typeof load !== "string") await warmUp(started.origin, load, from);
        from += unusedNumbers;
      }
      await send(loadOf(wanted.map((build) => running.get(build)!.origin)));
      from += unusedNumbers;
      for (const [build, { stop }] of running)
        if (!wanted.includes(build)) {
          running.delete(build);
          await stop();
        }
    },
    async close() {
      await Promise.all([...running.values()].map(({ stop }) => stop()));
    },
  };
}

export interface Statements {
  readonly plan: Plan;
  readonly rehearsing: Rehearsing;
  /** The statements of the old build, ready to be sent. */
  readonly traffic: readonly TrafficStatement[];
  /** The same with the server's counters; the statements of the new build derive from these. */
  readonly sources: readonly StatementStats[];
  ask<T>(run: (connection: Connection) => Promise<T>): Promise<T>;
}

/** Statements as applications send them. The new build sets its columns when it inserts rows. */
export function statementApplication(url: string, statements: Statements): Application {
  const { plan, rehearsing, traffic, sources, ask } = statements;
  let round = 0;
  const shaped = async (builds: readonly Build[]) => {
    // They were generated with the rows.
    if (round++ === 0 && builds.every((build) => build === "old")) return traffic;
    let texts = sources;
    for (const table of tablesOf(plan)) {
      const columns = plan.columns.flatMap((column) => (isSameTable(column.table, table) ? [column.name] : []));
      if (columns.length > 0) texts = await rehearsing.ofNewBuild(texts, table, columns);
    }
    const all = [...(builds.includes("old") ? sources : []), ...(builds.includes("new") ? texts : [])];
    return (await ask((connection) => rehearsing.shapeTraffic(connection, all, round))).statements;
  };
  return {
    async turnTo(builds, send) {
      if (traffic.length === 0) return;
      const found = await shaped(builds);
      if (found.length > 0) await send({ kind: "statements", url, applicationName, statements: found });
    },
    close: async () => undefined,
  };
}

interface RunningBuild {
  /** `http://127.0.0.1:41234` */
  readonly origin: string;
  stop(): Promise<void>;
}

/** An application that does not listen within this time never will. */
const patienceMs = 60_000;

/** Maximum number of reported output lines. */
const toldLines = 15;

/**
 * Starts a build of the application by a user's command, on a database of the stage, and waits until it responds.
 *
 * @throws LS6505 it has ended, or does not listen at PORT
 */
async function startBuild(request: {
  readonly build: string;
  readonly command: string;
  readonly url: string;
  readonly cwd: string;
  readonly signal: AbortSignal;
}): Promise<RunningBuild> {
  const { build, command, url, cwd, signal } = request;
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const stopping = new AbortController();
  const lines: string[] = [];
  const ended = runShell(command, {
    cwd,
    env: {
      ...process.env,
      DATABASE_URL: url,
      PORT: String(port),
      HOST: "127.0.0.1",
      // Drivers based on libpq's variables set the name of their sessions so.
      PGAPPNAME: applicationName,
      LOCKSTEP_BUILD: build,
    },
    onLine: (line) => lines.push(line),
    signal: stopping.signal,
  });
  let isOver = false;
  const over = ended.then(
    ({ exitCode }) => `it ended with exit code ${exitCode}`,
    (error: unknown) => (error as Error).message,
  );
  over.then(() => {
    isOver = true;
  });
  const stop = async () => {
    stopping.abort();
    await over;
  };
  try {
    for (const until = Date.now() + patienceMs; !(await listens(origin)); await sleep(100, undefined, { signal }))
      if (isOver) throw notStarted(build, command, await over, lines);
      else if (Date.now() > until)
        throw notStarted(
          build,
          command,
          `nothing listens at 127.0.0.1, port PORT, after ${patienceMs / 1000} s`,
          lines,
        );
  } catch (error) {
    await stop();
    throw error;
  }
  return { origin, stop };
}

/** Whatever the response is. */
const listens = (origin: string) =>
  fetch(origin, { signal: AbortSignal.timeout(5000), redirect: "manual" }).then(
    async (answer) => {
      await answer.body?.cancel();
      return true;
    },
    // `fetch` throws a TypeError if nothing listens yet.
    () => false,
  );

function notStarted(build: string, command: string, why: string, lines: readonly string[]): LockstepError {
  const told = lines.slice(-toldLines).join("\n  ");
  return new LockstepError("LS6505", `rehearse.${build} (${command}) does not start: ${why}`, {
    hint: `It gets DATABASE_URL, PORT and HOST, and must listen there${told === "" ? ". It printed nothing" : `. It printed:\n  ${told}`}`,
    details: { build },
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
