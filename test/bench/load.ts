/** The application: a steady load of SQL on "User", in a process of its own, so that nobody else's work delays it. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface LoadOptions {
  readonly url: string;
  /** Rows that are there from the beginning, with ids from 1. */
  readonly rows: number;
  /** Operations a second. */
  readonly rate: number;
}

/** What the application is told. */
export type LoadMessage =
  | ({ readonly kind: "start" } & LoadOptions)
  /** From now on, operations belong to this phase. */
  | { readonly kind: "phase"; readonly name: string }
  /** The code that writes "handle" is deployed. */
  | { readonly kind: "deploy" }
  | { readonly kind: "stop" };

/** What it answers: `ready` when it is connected, figures at the end. */
export type LoadAnswer =
  | { readonly kind: "ready" }
  | { readonly kind: "figures"; readonly phases: readonly PhaseFigures[] };

/** Operations that were due in one phase. Latency counts from the moment an operation was due. */
export interface PhaseFigures {
  readonly name: string;
  readonly latencies: readonly number[];
  /** By operation and SQLSTATE: `insert 23502`. */
  readonly failures: Readonly<Record<string, number>>;
}

/** The load as the bench sees it. */
export class Load {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts the application and waits until all its connections are open. */
  static async start(options: LoadOptions): Promise<Load> {
    const child = fork(fileURLToPath(new URL("./load-process.ts", import.meta.url)));
    const load = new Load(child);
    load.#send({ kind: "start", ...options });
    await load.#answer("ready");
    return load;
  }

  phase(name: string): void {
    this.#send({ kind: "phase", name });
  }

  deploy(): void {
    this.#send({ kind: "deploy" });
  }

  /** Sends nothing more, waits for the last answer, and returns what happened in each phase. */
  async stop(): Promise<readonly PhaseFigures[]> {
    this.#send({ kind: "stop" });
    const { phases } = await this.#answer("figures");
    return phases;
  }

  /** For a run that failed: does not wait. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #send(message: LoadMessage): void {
    this.#child.send(message);
  }

  #answer<K extends LoadAnswer["kind"]>(kind: K): Promise<Extract<LoadAnswer, { kind: K }>> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`The load ended early, with exit code ${code}`));
      const listen = (answer: LoadAnswer) => {
        if (answer.kind !== kind) return;
        this.#child.off("message", listen).off("exit", ended);
        resolve(answer as Extract<LoadAnswer, { kind: K }>);
      };
      this.#child.on("message", listen).once("exit", ended);
    });
  }
}
