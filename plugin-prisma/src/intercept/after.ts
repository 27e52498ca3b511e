import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AfterNote } from "@lockstep/core/after";

/** Where the engine leaves a note for the CLI that started it: the CLI ends last. */
const variable = "LOCKSTEP_AFTER";

/** In the engine: the message that the CLI prints at its end. */
export function leaveNote(note: AfterNote | undefined, env: NodeJS.ProcessEnv): void {
  const file = env[variable];
  if (note !== undefined && file !== undefined) writeFileSync(file, JSON.stringify(note), { mode: 0o600 });
}

/** In the CLI: prints the engine's message, after all other output. */
export function tellAtEnd(process: NodeJS.Process): void {
  if (process.env[variable] !== undefined) return;
  const file = join(tmpdir(), `lockstep-${process.pid}-${Date.now().toString(36)}.json`);
  process.env[variable] = file;
  // Nothing can be loaded any more at the end of a process. Not a literal: bundling would include it in the CommonJS form of this package,
  // but the process that it starts is a file beside it.
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
    // The note is optional: it must not make Prisma's CLI fail.
    () => undefined,
  );
}
