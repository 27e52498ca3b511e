import { shellWord } from "../base/shell-word.js";
import type { LockstepConfig } from "../config/schema.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import type { Io } from "./io.js";

/** The result of a command: text for people, the document for `--json`, and the exit code. */
export interface CommandResult {
  /** For people: ends with a verdict line and a `Next` line. */
  readonly text: string;
  /** What a dry run would change. Printed before the text, byte for byte if stdout is a file. */
  readonly patch?: string | undefined;
  /** The text contains workflow commands that a CI server interprets. */
  readonly isCommands?: boolean | undefined;
  /** The document of `--json`, without `schemaVersion`, which is added later. */
  readonly json: Readonly<Record<string, unknown>>;
  /** 0 success or nothing to do · 1 negative result · 2 usage or config · 3 a target is unreachable · 5 an anomaly · 130 cancelled. */
  readonly exitCode: 0 | 1 | 2 | 3 | 5 | 130;
}

/** Input of a command that works on a project. */
export interface Workspace {
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly config: LockstepConfig;
}

/**
 * How a command uses the project's files. `look`: reads them in any state, and reports that state · `act`: writes none, but needs them
 * intact to show or run them · `write`: takes the lock, and first finishes an interrupted write.
 */
export type WorkspaceUse = "look" | "act" | "write";

/** One call of a command. */
export interface Invocation {
  /** The command's name: `backfill run`. */
  readonly name: string;
  readonly arguments: readonly (string | undefined)[];
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly io: Io;
  readonly plugins: readonly OrmPlugin[];
  /** Version of the running package. */
  readonly version?: string;
  /** Output is a JSON document. Default: no */
  readonly isJson?: boolean;
  /** Where the search for the project starts. */
  readonly cwd: string;
  /**
   * Loads project and config.
   *
   * @param use Default: `look`
   * @param folder where the search for the project starts. Default: cwd
   * @param isNew see `OrmPlugin.findProject`
   */
  workspace(use?: WorkspaceUse, folder?: string, isNew?: boolean): Promise<Workspace>;
}

/** One file of `commands/`, exported as default. `run` imports its dependencies, so that `--help` is instant. */
export interface CliCommand {
  /** As typed: `backfill run`. */
  readonly name: string;
  /** At most 60 characters, like an option's description. */
  readonly summary: string;
  /** Former names that still work. */
  readonly aliases?: readonly string[];
  /** `[plan]` */
  readonly arguments?: readonly { readonly name: string; readonly description: string }[];
  readonly options?: readonly { readonly flags: string; readonly description: string }[];
  /**
   * At Ctrl-C and SIGTERM, the command completes its current work through `io.signal`: within 2 seconds, or after the running migration
   * ends. Default: the system ends the process.
   */
  readonly endsItself?: true;
  run(invocation: Invocation): Promise<CommandResult>;
}

/** Options of every command. */
export const globalOptions = [
  { flags: "-V, --version", description: "print the versions of Lockstep, ORM, driver and Node" },
  { flags: "--json", description: "print one JSON document" },
  { flags: "--ci", description: "never prompt, show no live progress" },
  { flags: "--cwd <folder>", description: "project folder (default: the current one)" },
] as const;

export function defineCommand(command: CliCommand): CliCommand {
  return command;
}

/** With `--dry-run`, a writing command only shows its changes. */
export function writing({ options }: Pick<Invocation, "options">): WorkspaceUse {
  return options.dryRun === true ? "act" : "write";
}

/** The text of an option, or undefined. */
export function textOption(invocation: Invocation, name: string): string | undefined {
  const value = invocation.options[name];
  return typeof value === "string" ? value : undefined;
}

/** The values of an option that can be repeated or can take several values. */
export function listOption(invocation: Invocation, name: string): readonly string[] {
  const value = invocation.options[name];
  return Array.isArray(value) ? value : [];
}

/** The names passed to `--confirm`. */
export function confirmedNames(invocation: Invocation): readonly string[] {
  return listOption(invocation, "confirm")
    .flatMap((entry) => entry.split(","))
    .map((name) => name.trim());
}

/** Adds `--target` to a command if this call has one. */
export function onTarget(command: string, invocation: Invocation): string {
  const target = textOption(invocation, "target");
  return target === undefined ? command : `${command} --target ${shellWord(target)}`;
}

/**
 * The command with the same options. A dry run prints it as the next step.
 *
 * @param without the option that makes the run dry
 */
export function sameCommand(command: string, { options }: Invocation, without = "dryRun"): string {
  const given = Object.entries(options).flatMap(([name, value]) => {
    if (name === without || value === undefined || value === false) return [];
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [flag] : [flag, ...[value].flat().map(shellWord)];
  });
  return [command, ...given].join(" ");
}
