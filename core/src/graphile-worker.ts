import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { LockstepError } from "./base/errors.js";
import { attempt, isNotInstalled, isSyntaxError } from "./base/expected-errors.js";

export interface BackfillTaskOptions {
  /** The folder of the project: its plans, its `lockstep.config.ts` and its packages. Default: that of the worker's process. */
  readonly cwd?: string;
  /** More options of `lockstep backfill run`. @example ["--max-rows-per-second", "500"] */
  readonly options?: readonly string[];
}

/** The used part of what graphile-worker passes to a task. */
export interface BackfillTaskHelpers {
  /** Aborted when the worker shuts down. */
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * The task `lockstep-backfill` of graphile-worker, for the jobs that `npx lockstep backfill enqueue` adds. A job runs `npx lockstep
 * backfill run <plan> --target <target> --join` in a process of its own. When that fails or is stopped, the job fails, and graphile-worker
 * retries it: the backfill resumes.
 *
 * @example await run({ connectionString, taskList: { "lockstep-backfill": lockstepBackfill() } });
 */
export function lockstepBackfill({
  cwd = "",
  options = [],
}: BackfillTaskOptions = {}): (payload: unknown, helpers: BackfillTaskHelpers) => Promise<void> {
  const folder = resolve(cwd);
  return async (payload, { abortSignal }) => {
    const { plan, target } = readPayload(payload);
    const argv = ["--json", "--cwd", folder, "backfill", "run", plan, `--target=${target}`, "--join", ...options];
    const error = await runCommand(commandOf(folder), argv, abortSignal);
    if (error !== undefined) throw new Error(error);
  };
}

function readPayload(payload: unknown): { readonly plan: string; readonly target: string } {
  const { plan, target } = (payload ?? {}) as { readonly plan?: unknown; readonly target?: unknown };
  // A plan that begins with a dash would be parsed as an option.
  if (typeof plan === "string" && /^\w/.test(plan) && typeof target === "string" && target !== "")
    return { plan, target };
  throw new LockstepError("LS8016", "The payload of a lockstep-backfill job has to be { plan, target }.", {
    hint: "npx lockstep backfill enqueue",
  });
}

/** The script of the command `lockstep`, as the project has it installed. */
function commandOf(folder: string): string {
  const { resolve: find } = createRequire(join(folder, "package.json"));
  for (const name of ["@lockstep/prisma", "@lockstep/typeorm"]) {
    const manifest = attempt(() => find(`${name}/package.json`), isNotInstalled);
    if (manifest !== undefined) return join(dirname(manifest), "bin/lockstep.js");
  }
  throw new LockstepError(
    "LS8018",
    "Neither @lockstep/prisma nor @lockstep/typeorm is installed where the worker runs.",
  );
}

/** @returns the error: code and message of the command */
function runCommand(
  script: string,
  argv: readonly string[],
  abortSignal: AbortSignal | undefined,
): Promise<string | undefined> {
  return new Promise((done, fail) => {
    // The worker's log includes its log.
    const child = spawn(process.execPath, [script, ...argv], { stdio: ["ignore", "pipe", "inherit"] });
    const stop = () => child.kill("SIGTERM");
    let answer = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      answer += text;
    });
    child.on("error", fail);
    child.on("close", (code, signal) => {
      abortSignal?.removeEventListener("abort", stop);
      done(code === 0 ? undefined : (errorIn(answer) ?? `lockstep backfill run ended with ${signal ?? code}`));
    });
    abortSignal?.addEventListener("abort", stop, { once: true });
    if (abortSignal?.aborted) stop();
  });
}

interface CommandError {
  readonly code: string;
  readonly message: string;
  readonly details?: { readonly withoutReason?: string };
}

function errorIn(answer: string): string | undefined {
  // A process that was killed prints no answer, or half of it.
  const { error } = attempt(() => JSON.parse(answer) as { readonly error?: CommandError }, isSyntaxError) ?? {};
  // An error of a user's function may quote a row, and the queue stores it.
  return error && `${error.code} ${error.details?.withoutReason ?? error.message}`;
}
