import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { LockstepError, type OrmRun } from "@lockstep/core";

export interface PrismaRunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** It changes a database: see `runTool`. */
  readonly comesToItsEnd?: boolean;
  /** Receives each line of stdout and stderr immediately. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs the project's own Prisma CLI and reads its output.
 *
 * @throws LS9020 when the project has no Prisma
 * @example const { exitCode } = await runPrisma(["migrate", "deploy"], { cwd: project.root, env });
 */
export async function runPrisma(args: readonly string[], options: PrismaRunOptions): Promise<OrmRun> {
  const bin = prismaBin(options.cwd);
  const { runTool } = await import("@lockstep/core/planning");
  const env = { ...options.env, PRISMA_HIDE_UPDATE_MESSAGE: "1" };
  return runTool(process.execPath, [bin, ...args], { ...options, env });
}

/**
 * Runs the project's own Prisma CLI in this terminal, as if the user had typed it.
 *
 * @returns its exit code
 * @throws LS9020 when the project has no Prisma
 */
export function passToPrisma(args: readonly string[], options: Pick<PrismaRunOptions, "cwd" | "env">): Promise<number> {
  const child = spawn(process.execPath, [prismaBin(options.cwd), ...args], {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: "inherit",
  });
  // Ctrl-C reaches both. What follows here depends on how the command ends.
  const end = (signal: NodeJS.Signals) => {
    if (signal === "SIGTERM") child.kill(signal);
    setTimeout(() => child.kill("SIGKILL"), 1_500).unref();
  };
  process.on("SIGINT", end).on("SIGTERM", end);
  return new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 1)));
  }).finally(() => process.off("SIGINT", end).off("SIGTERM", end));
}

/** The executable of the `prisma` that the project resolves. */
function prismaBin(cwd: string): string {
  const require = createRequire(join(cwd, "package.json"));
  try {
    const manifest = require.resolve("prisma/package.json");
    const { bin } = require(manifest) as { bin: string | { prisma: string } };
    return join(dirname(manifest), typeof bin === "string" ? bin : bin.prisma);
  } catch (cause) {
    throw new LockstepError("LS9020", `Prisma is not installed in the project at ${cwd}.`, { cause });
  }
}
