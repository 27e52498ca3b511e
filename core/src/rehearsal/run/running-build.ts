import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { LockstepError } from "../../base/errors.js";
import { runShell } from "../../base/run-tool.js";
import { applicationName } from "./traffic/messages.js";

export interface RunningBuild {
  /** `http://127.0.0.1:41234` */
  readonly origin: string;
  stop(): Promise<void>;
}

/** An application that does not listen after so long never will. */
const patienceMs = 60_000;
/** So much of what it printed is told. */
const toldLines = 15;

/**
 * Starts a build of the application by a command of the user's, on a database of the stage, and waits until it answers.
 *
 * @throws LS6505 it has ended, or does not listen at PORT
 */
export async function startBuild(request: {
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
      // Drivers that build on libpq's variables name their sessions so.
      PGAPPNAME: applicationName,
      LOCKSTEP_BUILD: build,
    },
    onLine: (line) => lines.push(line),
    signal: stopping.signal,
  });
  let isOver = false;
  const over = ended.then(
    ({ exitCode }) => `it has ended with exit code ${exitCode}`,
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

/** Whatever it answers. */
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
  const told = lines.slice(-toldLines).join("\n");
  return new LockstepError("LS6505", `rehearse.${build} (${command}) does not serve: ${why}`, {
    hint: `It is given DATABASE_URL, PORT and HOST, and has to listen there${told === "" ? ". It has printed nothing" : `. It has printed:\n${told}`}`,
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
