import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { LockstepError } from "../../../base/errors.js";
import { ownProcess } from "../../../base/files/own-process.js";
import type { Sample } from "../../results/figures.js";
import type { Load, TrafficAnswer, TrafficOrder } from "./messages.js";

/** Sessions of an application: the usual size of a pool. */
const sessions = 20;

/** The requests of an application to a database, or to the application, from a process of its own for each load. */
export class TrafficRun {
  readonly samples: Sample[] = [];
  /** Requests that are due and not answered yet. */
  waiting = 0;
  #child: ChildProcess | undefined;
  /** Why the traffic has stopped. */
  #failure: Error | undefined;

  /** @param rate requests a second */
  constructor(private readonly rate: number) {}

  /**
   * Replaces the current load.
   * @throws LS6507 a script that makes no requests, or whose predecessor stopped making any · the error that prevents it from connecting
   */
  async send(load: Load): Promise<void> {
    await this.stop();
    const { file, execArgv } = ownProcess(import.meta.url, "child");
    const child = fork(file, { execArgv: [...execArgv], stdio: ["ignore", "ignore", "inherit", "ipc"] });
    this.#child = child;
    child.send({ kind: "open", load, rate: this.rate, sessions } satisfies TrafficOrder);
    await new Promise<void>((resolve, reject) => {
      child.on("message", (answer: TrafficAnswer) => {
        if (answer.kind === "opened") resolve();
        else if (answer.kind === "failed") {
          this.#failure = failureOf(load, answer.message);
          reject(this.#failure);
        } else {
          this.samples.push(...answer.samples);
          this.waiting = answer.waiting;
        }
      });
      child.once("exit", () => reject(new Error("the process that makes the traffic has ended")));
    });
  }

  /** Resolves when no requests wait any more, except a few in progress. */
  async settled(signal: AbortSignal): Promise<void> {
    if (this.#child === undefined) return;
    do await sleep(250, undefined, { signal });
    while (this.waiting > 10);
  }

  /**
   * Sends no more requests; resolves when the last one was answered.
   * @throws LS6507 a script has made none for a while: the observations meanwhile were without traffic
   */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      if (child.connected) child.send({ kind: "stop" } satisfies TrafficOrder);
      await ended;
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Immediately: the process ends without its parent, and ends the script that it runs. */
  kill(): void {
    if (this.#child?.connected) this.#child.disconnect();
    else this.#child?.kill("SIGKILL");
  }
}

function failureOf(load: Load, message: string): Error {
  if (load.kind !== "script") return new Error(message);
  return new LockstepError("LS6507", `rehearse.load (${load.command}) sends no requests: ${message}`, {
    hint: "A shell runs it in the project's folder. It must send requests to LOCKSTEP_URL, the address of the builds",
  });
}
