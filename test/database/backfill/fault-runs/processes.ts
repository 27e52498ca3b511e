/** Runs of the backfill side by side: in this process, or, to be killed and suspended, in processes of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { BackfillEvent } from "../../../../core/src/backfill/events.js";
import { runBackfill } from "../../../../core/src/backfill/runner.js";
import { inputOf, type Outcome, outcomeOf, type ProcessInput } from "./process-input.js";

export interface Process {
  readonly input: ProcessInput;
  readonly events: readonly BackfillEvent[];
  readonly ended: Promise<Outcome>;
  /** Undefined: it is at work. */
  readonly outcome: Outcome | undefined;
  /** As Ctrl-C does. */
  stop(): void;
  /** SIGKILL, SIGSTOP or SIGCONT; only of processes of their own. */
  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
}

export function startHere(input: ProcessInput, onEvent: (event: BackfillEvent) => void): Process {
  const stop = new AbortController();
  const events: BackfillEvent[] = [];
  const run = runBackfill({
    ...inputOf(input),
    signal: stop.signal,
    onEvent(event) {
      events.push(event);
      onEvent(event);
    },
  });
  let outcome: Outcome | undefined;
  const ended = outcomeOf(run).then((how) => {
    outcome = how;
    return how;
  });
  return {
    input,
    events,
    ended,
    get outcome() {
      return outcome;
    },
    stop: () => stop.abort(),
    signal(name) {
      throw new Error(`${name} would meet the test itself`);
    },
  };
}

const root = fileURLToPath(new URL("../../../..", import.meta.url));
let program: Promise<string> | undefined;

/** One text without types: a process starts in a fifth of the time that it takes through tsx. */
async function childProgram(): Promise<string> {
  program ??= build({
    entryPoints: [fileURLToPath(new URL("child.ts", import.meta.url))],
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    write: false,
  }).then(({ outputFiles }) => outputFiles[0]!.text);
  return program;
}

export function startChild(input: ProcessInput, onEvent: (event: BackfillEvent) => void): Process {
  const events: BackfillEvent[] = [];
  let child: ChildProcess | undefined;
  let said: Outcome | undefined;
  let outcome: Outcome | undefined;
  const pending: NodeJS.Signals[] = [];
  const signal = (name: NodeJS.Signals) => {
    if (child === undefined) pending.push(name);
    else child.kill(name);
  };
  const ended = childProgram().then(
    (text) =>
      new Promise<Outcome>((resolve) => {
        child = spawn(process.execPath, ["--input-type=module", "-", JSON.stringify(input)], {
          cwd: root,
          stdio: ["pipe", "pipe", "inherit"],
        });
        child.stdin!.on("error", () => undefined).end(text);
        for (const name of pending) child.kill(name);
        createInterface({ input: child.stdout! }).on("line", (line) => {
          const event = JSON.parse(line) as BackfillEvent | Outcome;
          if (event.kind === "ended") said = event;
          else {
            events.push(event);
            onEvent(event);
          }
        });
        child.once("close", (code, name) => {
          outcome = said ?? { kind: "ended", how: name === "SIGKILL" ? "killed" : `exit ${code ?? name}`, message: "" };
          resolve(outcome);
        });
      }),
  );
  return {
    input,
    events,
    ended,
    get outcome() {
      return outcome;
    },
    stop: () => signal("SIGTERM"),
    signal,
  };
}
