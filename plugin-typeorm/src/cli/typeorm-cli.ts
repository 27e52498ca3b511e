import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { LockstepError, type OrmRun } from "@lockstep/core";
import type { CommandLine } from "../detect/scripts.js";
import { commandOf } from "./command.js";
import type { Told } from "./hook.cjs";

/** The settings for a run of the CLI. */
export interface CliCall {
  readonly root: string;
  readonly run: CommandLine["run"];
  /** The data source as the CLI receives it. */
  readonly dataSource: string;
}

export interface CliOptions {
  /** `inspect`: only loads and reports the data source · `run`: runs the command, on the database of `url`. */
  readonly task: "inspect" | "run";
  readonly url?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onLine?: (line: string) => void;
  /** Receives the hook's messages immediately. */
  readonly onTold?: (told: Told) => void;
  /** Aborted: the command is interrupted. Default: it runs to its end. */
  readonly signal?: AbortSignal;
}

const registerFile = () => createRequire(import.meta.url).resolve("@lockstep/typeorm-wrapper/register");
const compiled = (file: string) => fileURLToPath(new URL(`../../dist/${file}`, import.meta.url));

/**
 * Runs the project's own TypeORM CLI, by the project's own runner, with Lockstep's hook in it.
 *
 * @throws LS9020 when the command of the runner does not exist
 */
export async function runTypeorm(
  call: CliCall,
  command: string,
  options: CliOptions,
): Promise<{ readonly run: OrmRun; readonly told: readonly Told[] }> {
  const { runTool } = await import("@lockstep/core/planning");
  const { root, run, dataSource } = call;
  // `register` redirects an unwrapped data source to the URL; a wrapped one does that itself.
  const hooks = [...(options.url === undefined ? [] : [registerFile()]), compiled("cli/hook.cjs")];
  const required = hooks.map((file) => `--require ${JSON.stringify(file)}`).join(" ");
  const { file, args, env } = commandOf([...run, command, "-d", dataSource], root, options.env);
  const told: Told[] = [];
  const listen = (line: string) => {
    const said = readTold(line);
    if (said === undefined) return options.onLine?.(line);
    told.push(said);
    options.onTold?.(said);
  };
  const environment = {
    ...env,
    LOCKSTEP_CLI_TASK: options.task,
    LOCKSTEP_DATASOURCE_URL: options.url,
    NODE_OPTIONS: [env.NODE_OPTIONS, required].filter(Boolean).join(" "),
  };
  const { exitCode, output } = await runTool(file, args, {
    cwd: root,
    env: environment,
    onLine: listen,
    ...(options.signal ? { signal: options.signal } : { comesToItsEnd: options.task === "run" }),
  }).catch(withoutCommand(file, call));
  const lines = output.split("\n").filter((line) => readTold(line) === undefined);
  return { run: { exitCode, output: lines.join("\n") }, told };
}

/** The error for a command that does not exist. */
export function withoutCommand(file: string, { root, run }: Pick<CliCall, "root" | "run">): (cause: unknown) => never {
  return (cause) => {
    if ((cause as { code?: unknown }).code !== "ENOENT") throw cause;
    throw new LockstepError("LS9020", `The project at ${root} has no command ${file}.`, {
      hint: `Install the project's dependencies. Lockstep runs TypeORM's CLI as: ${run.join(" ")}`,
      cause,
    });
  };
}

/** A line of the hook: only for Lockstep, and encoded because URLs in it contain passwords. */
const line = /^lockstep:told ([A-Za-z0-9+/=]+)$/;

/** The hook's message in a line. Undefined for a line of the CLI. */
function readTold(text: string): Told | undefined {
  const content = line.exec(text)?.[1];
  return content === undefined ? undefined : (JSON.parse(Buffer.from(content, "base64").toString("utf8")) as Told);
}
