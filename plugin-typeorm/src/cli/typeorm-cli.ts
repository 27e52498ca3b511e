import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { LockstepError, type OrmRun } from "@lockstep/core";
import type { CommandLine } from "../detect/scripts.js";
import { commandOf } from "./command.js";
import type { Told } from "./hook.cjs";

/** What the CLI is started with. */
export interface CliCall {
  readonly root: string;
  readonly run: CommandLine["run"];
  /** The data source as the CLI is given it. */
  readonly dataSource: string;
}

export interface CliOptions {
  /** `inspect`: only the data source is loaded, and told · `run`: the command runs, on the database of `url`. */
  readonly task: "inspect" | "run";
  readonly url?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onLine?: (line: string) => void;
  /** What the hook says, at once. */
  readonly onTold?: (told: Told) => void;
  /** Aborted: the command is interrupted. Default: it comes to its end. */
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
  // A data source that nobody has wrapped is aimed by `register`; one that is wrapped aims itself.
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

/** What becomes of the error of a command that does not exist. */
export function withoutCommand(file: string, { root, run }: Pick<CliCall, "root" | "run">): (cause: unknown) => never {
  return (cause) => {
    if ((cause as { code?: unknown }).code !== "ENOENT") throw cause;
    throw new LockstepError("LS9020", `The project at ${root} has no command ${file}.`, {
      hint: `Install the project's dependencies. Lockstep runs TypeORM's CLI as: ${run.join(" ")}`,
      cause,
    });
  };
}

/** A line of the hook: for Lockstep alone, not in plain text because URLs in it have passwords. */
const line = /^lockstep:told ([A-Za-z0-9+/=]+)$/;

/** What the hook says in a line; undefined for a line of the CLI. */
function readTold(text: string): Told | undefined {
  const content = line.exec(text)?.[1];
  return content === undefined ? undefined : (JSON.parse(Buffer.from(content, "base64").toString("utf8")) as Told);
}
