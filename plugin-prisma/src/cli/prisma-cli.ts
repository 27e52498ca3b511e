import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { LockstepError, type OrmRun } from "@lockstep/core";
import { readLines } from "../engine/lines.js";

export interface PrismaRunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gets each line, of stdout and stderr, as it comes. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs the project's own Prisma CLI and reads what it prints. It runs in a process group of its own: Ctrl-C reaches Lockstep alone,
 * and a migration that is running comes to its end. When Lockstep itself is ended, the CLI goes with it.
 *
 * @throws LS9020 when the project has no Prisma
 * @example const { exitCode } = await runPrisma(["migrate", "deploy"], { cwd: project.root, env });
 */
export async function runPrisma(args: readonly string[], options: PrismaRunOptions): Promise<OrmRun> {
  const isGroup = process.platform !== "win32";
  const child = spawn(process.execPath, [prismaBin(options.cwd), ...args], {
    cwd: options.cwd,
    env: { ...options.env, PRISMA_HIDE_UPDATE_MESSAGE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: isGroup,
  });
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(isGroup ? -child.pid : child.pid, "SIGTERM");
    } catch {
      // It has ended by itself.
    }
  };
  process.once("exit", end);
  const lines: string[] = [];
  const receive = (raw: string) => {
    const line = withoutPassword(raw);
    lines.push(line);
    options.onLine?.(line);
  };
  try {
    const ended = new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve(code ?? 1));
    });
    await Promise.all([readLines(child.stdout, receive), readLines(child.stderr, receive)]);
    return { exitCode: await ended, output: lines.join("\n") };
  } finally {
    process.off("exit", end);
  }
}

/**
 * Runs the project's own Prisma CLI in this terminal, as if it had been typed.
 *
 * @returns its exit code
 * @throws LS9020 when the project has no Prisma
 */
export function passToPrisma(args: readonly string[], options: Omit<PrismaRunOptions, "onLine">): Promise<number> {
  const child = spawn(process.execPath, [prismaBin(options.cwd), ...args], {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: "inherit",
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 1)));
  });
}

/** The executable of the `prisma` that the project resolves. */
function prismaBin(cwd: string): string {
  const require = createRequire(join(cwd, "package.json"));
  try {
    const manifest = require.resolve("prisma/package.json");
    const { bin } = require(manifest) as { bin: string | { prisma: string } };
    return join(dirname(manifest), typeof bin === "string" ? bin : bin.prisma);
  } catch (cause) {
    throw new LockstepError("LS9020", `There is no prisma in the dependencies of the project at ${cwd}.`, { cause });
  }
}

/** The password of any URL in the text, hidden. */
export function withoutPassword(text: string): string {
  return text.replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):[^\s@]*@/gi, "$1:***@");
}
