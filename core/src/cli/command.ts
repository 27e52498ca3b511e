import type { LockstepConfig } from "../config/schema.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import type { Io } from "./io.js";

/** A finished command: what people read, what `--json` prints, and how the process ends. */
export interface CommandResult {
  /** For people: ends with a verdict line and a `Next` line. */
  readonly text: string;
  /** What a run that only shows would change: printed before the text, byte by byte where stdout is a file. */
  readonly patch?: string | undefined;
  /** The text is workflow commands, which the log of a CI server obeys. */
  readonly isCommands?: boolean | undefined;
  /** The one document of `--json`; `schemaVersion` is added. */
  readonly json: Readonly<Record<string, unknown>>;
  /** 0 fine or nothing to do · 1 the answer is no · 2 usage or configuration · 3 a target could not be asked · 5 an anomaly · 130 cancelled. */
  readonly exitCode: 0 | 1 | 2 | 3 | 5 | 130;
}

/** What a command that works on a project gets. */
export interface Workspace {
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly config: LockstepConfig;
}

/**
 * What a command does to the project's files. `look`: it reads them, whatever state they are in, and says so · `act`: it writes none, and
 * what it shows or runs has to be whole · `write`: one command at a time, and what an interrupted write left is finished first.
 */
export type WorkspaceUse = "look" | "act" | "write";

/** One call of a command. */
export interface Invocation {
  readonly arguments: readonly (string | undefined)[];
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly io: Io;
  readonly plugins: readonly OrmPlugin[];
  /** Of the package that runs. */
  readonly version?: string;
  /** The answer is a document. Default: no */
  readonly isJson?: boolean;
  /** Where the project is looked for. */
  readonly cwd: string;
  /**
   * Project and config.
   *
   * @param use Default: `look`
   * @param folder where the project is looked for. Default: cwd
   * @param isNew see `OrmPlugin.findProject`
   */
  workspace(use?: WorkspaceUse, folder?: string, isNew?: boolean): Promise<Workspace>;
}

/** One file of `commands/`: its default export. What it needs at run time is imported by `run`: `--help` is instant. */
export interface CliCommand {
  /** As typed: `backfill run`. */
  readonly name: string;
  /** At most 60 characters, as is the text of an option. */
  readonly summary: string;
  /** Former names, which still work. */
  readonly aliases?: readonly string[];
  /** `[plan]` */
  readonly arguments?: readonly { readonly name: string; readonly description: string }[];
  readonly options?: readonly { readonly flags: string; readonly description: string }[];
  /**
   * At Ctrl-C and SIGTERM it ends what it has begun, by `io.signal`: within 2 seconds, or once the migration that runs has ended. Default:
   * the system ends the process.
   */
  readonly endsItself?: true;
  run(invocation: Invocation): Promise<CommandResult>;
}

/** What every command takes. */
export const globalOptions = [
  { flags: "-V, --version", description: "print the versions of Lockstep, ORM, driver and Node" },
  { flags: "--json", description: "print one JSON document" },
  { flags: "--ci", description: "never prompt, show no live progress" },
  { flags: "--cwd <folder>", description: "project folder (default: the current one)" },
] as const;

export function defineCommand(command: CliCommand): CliCommand {
  return command;
}

/** With `--dry-run` a command that writes only shows. */
export function writing({ options }: Pick<Invocation, "options">): WorkspaceUse {
  return options.dryRun === true ? "act" : "write";
}

/** The text of an option, or undefined. */
export function textOption(invocation: Invocation, name: string): string | undefined {
  const value = invocation.options[name];
  return typeof value === "string" ? value : undefined;
}

/** The values of an option that may be given several times, or with several values. */
export function listOption(invocation: Invocation, name: string): readonly string[] {
  const value = invocation.options[name];
  return Array.isArray(value) ? value : [];
}

/** What `--confirm` names. */
export function confirmedNames(invocation: Invocation): readonly string[] {
  return listOption(invocation, "confirm")
    .flatMap((entry) => entry.split(","))
    .map((name) => name.trim());
}

/** The command for the target that was named; for all of them where none was. */
export function onTarget(command: string, invocation: Invocation): string {
  const target = textOption(invocation, "target");
  return target === undefined ? command : `${command} --target ${shellWord(target)}`;
}

/**
 * The command with the options that were given: what a run that only shows is followed by.
 *
 * @param without the option that makes it only show
 */
export function sameCommand(command: string, { options }: Invocation, without = "dryRun"): string {
  const given = Object.entries(options).flatMap(([name, value]) => {
    if (name === without || value === undefined || value === false) return [];
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [flag] : [flag, ...[value].flat().map(shellWord)];
  });
  return [command, ...given].join(" ");
}

/** Globs and spaces are for the command, not for the shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
