import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AfterNote } from "@lockstep/core/after";

/** Where the engine leaves a note for the CLI that has started it: the CLI ends last. */
const variable = "LOCKSTEP_AFTER";

/** In the engine: what the CLI tells at its end. */
export function leaveNote(note: AfterNote | undefined, env: NodeJS.ProcessEnv): void {
  const file = env[variable];
  if (note !== undefined && file !== undefined) writeFileSync(file, JSON.stringify(note), { mode: 0o600 });
}

/** In the CLI: tells what the engine has left, once all else is printed. */
export function tellAtEnd(process: NodeJS.Process): void {
  if (process.env[variable] !== undefined) return;
  const file = join(tmpdir(), `lockstep-${process.pid}-${Date.now().toString(36)}.json`);
  process.env[variable] = file;
  // Nothing can be loaded at the end of a process any more. Not by a literal: it would go into the CommonJS form of this package, and
  // the process that it starts lies beside it.
  const name = ["@lockstep", "core", "after"].join("/");
  const loading = import(name) as Promise<typeof import("@lockstep/core/after")>;
  loading.then(
    ({ tellAfter }) =>
      process.once("exit", (code) => {
        if (!existsSync(file)) return;
        const text = readFileSync(file, "utf8");
        rmSync(file);
        if (code === 0) tellAfter(JSON.parse(text), (line) => process.stdout.write(`${line}\n`));
      }),
    // The note is extra: the CLI of Prisma must not fail over it.
    () => undefined,
  );
}
