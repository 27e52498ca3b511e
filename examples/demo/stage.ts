import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Close = () => Promise<unknown> | unknown;

/** Everything that has to be gone when the demo is over, however it ends. */
export class Stage {
  readonly #closers: Close[] = [];
  readonly #abort = new AbortController();
  #abortedAt = 0;
  #closing: Promise<void> | undefined;

  /** Aborted by Ctrl-C and by SIGTERM. */
  readonly signal = this.#abort.signal;

  constructor() {
    for (const [name, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
      ["SIGHUP", 129],
    ] as const) {
      process.on(name, () => {
        // The second Ctrl-C does not wait for anything. The first one comes twice: from the terminal, and passed on by tsx.
        if (this.signal.aborted && performance.now() - this.#abortedAt > 500) process.exit(code);
        if (this.signal.aborted) return;
        this.#abortedAt = performance.now();
        process.exitCode = code;
        this.#abort.abort(new Interrupted());
      });
    }
  }

  /** A temporary folder, removed at the end. */
  async folder(keep: boolean): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "lockstep-demo-"));
    if (keep) return folder;
    const options = { recursive: true, force: true, maxRetries: 3 };
    this.onClose(() => rm(folder, options));
    process.once("exit", () => rmSync(folder, options));
    return folder;
  }

  /** The last thing opened is closed first. */
  onClose(close: Close): void {
    this.#closers.push(close);
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      for (const close of this.#closers.reverse()) await Promise.resolve(close()).catch(() => undefined);
    })();
    return this.#closing;
  }
}

/** Ctrl-C: not a failure, nothing to explain. */
export class Interrupted extends Error {}
