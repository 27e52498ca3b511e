import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { environment } from "../support/run.js";
import type { User } from "./rows.js";

/** What the applications answer; the answer is a user as the build's own code presents it. */
export type Request =
  | { readonly do: "create"; readonly email: string; readonly name: string }
  | { readonly do: "rename"; readonly id: number; readonly name: string }
  /** Only of applications after `addMove`. */
  | { readonly do: "move"; readonly id: number; readonly email: string }
  | { readonly do: "read"; readonly id: number };

/** A user as a build presents it: from switch on with what the plan adds. */
export type Answer = User & { readonly [column: string]: unknown };

/** An application's file that serves what its own `users` module does: a request a line, an answer a line. */
export const serveFile = `import { createInterface } from "node:readline";
import { open } from "./database";
import { createUser, readUser, renameUser } from "./users";

async function serve() {
  const database = await open();
  const answer = (request: { do: string; id: number; email: string; name: string }) => {
    if (request.do === "create") return createUser(database, request.email, request.name);
    if (request.do === "rename") return renameUser(database, request.id, request.name);
    return readUser(database, request.id);
  };
  const lines = createInterface({ input: process.stdin });
  lines.on("close", () => process.exit());
  lines.on("line", async (line) => {
    const { number, ...request } = JSON.parse(line);
    try {
      console.log(JSON.stringify({ number, user: await answer(request) }));
    } catch (error) {
      console.log(JSON.stringify({ number, error: String(error) }));
    }
  });
  console.log(JSON.stringify({ number: 0 }));
}

void serve();
`;

interface Line {
  readonly number: number;
  readonly user?: Answer;
  readonly error?: string;
}

/** A copy of the application's code from one moment, running. */
export class Build {
  readonly name: string;
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (line: Line) => void>();
  #sent = 0;

  private constructor(name: string, folder: string, url: string) {
    this.name = name;
    this.#folder = folder;
    this.#child = spawn(process.execPath, ["--import", "tsx", "src/serve.ts"], {
      cwd: folder,
      env: { ...environment(), DATABASE_URL: url },
      stdio: ["pipe", "pipe", "inherit"],
    });
    createInterface({ input: this.#child.stdout! }).on("line", (text) => {
      const line = JSON.parse(text) as Line;
      this.#waiting.get(line.number)?.(line);
      this.#waiting.delete(line.number);
    });
    this.#child.once("exit", (code) => {
      for (const [number, answer] of this.#waiting) answer({ number, error: `${name} ended with ${code}` });
      this.#waiting.clear();
    });
  }

  /** Starts it, and waits until it serves. @throws when it ends before */
  static async start(name: string, folder: string, url: string): Promise<Build> {
    const build = new Build(name, folder, url);
    const { error } = await build.#line(0);
    if (error !== undefined) throw new Error(error);
    return build;
  }

  /** @throws what went wrong in the application */
  async request(request: Request): Promise<Answer> {
    const number = ++this.#sent;
    const line = this.#line(number);
    this.#child.stdin?.write(`${JSON.stringify({ number, ...request })}\n`);
    const { user, error } = await line;
    if (user === undefined) throw new Error(error);
    return user;
  }

  /** May be called twice. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise((resolve) => this.#child.once("exit", resolve));
      this.#child.stdin?.end();
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #line(number: number): Promise<Line> {
    return new Promise((resolve) => this.#waiting.set(number, resolve));
  }
}
