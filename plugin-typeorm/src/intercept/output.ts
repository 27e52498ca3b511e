import { stampOf } from "../migrations/names.js";
import type { Flavour } from "../project.js";
import { asCliError } from "./cli-error.js";
import type { CliModules } from "./typeorm-copy.js";

/** Replaces the file that the CLI would write or show. */
export interface Output {
  /** The text of the migration; without it, TypeORM's own. Called before it is known whether anything is written. */
  template?(migration: string, flavour: Flavour): string;
  /** Writes everything, including the migration; without it, the CLI writes. The CLI prints its errors. */
  write?(file: string, text: string): Promise<void>;
  /** Called after all files are written. */
  written?(file: string, text: string): Promise<void>;
}

let output: Output | undefined;
const patched = new WeakSet<object>();

/**
 * Makes the running CLI write this instead of its own file: for this one command, and only if the CLI itself would write.
 *
 * @param next undefined: clears the output of an earlier call
 */
export function setOutput(next: Output | undefined, cli?: CliModules): void {
  output = next;
  if (cli === undefined || patched.has(cli.CommandUtils)) return;
  patched.add(cli.CommandUtils);
  const { CommandUtils, MigrationGenerateCommand } = cli;
  const { createFile } = CommandUtils;
  const { getTemplate, getJavascriptTemplate } = MigrationGenerateCommand;
  MigrationGenerateCommand.getTemplate = (name, timestamp, ...queries) =>
    output?.template?.(`${timestamp}-${name}`, { language: "ts", module: "esm" }) ??
    getTemplate.call(MigrationGenerateCommand, name, timestamp, ...queries);
  MigrationGenerateCommand.getJavascriptTemplate = (name, timestamp, up, down, esm) =>
    output?.template?.(`${timestamp}-${name}`, { language: "js", module: esm ? "esm" : "commonjs" }) ??
    getJavascriptTemplate.call(MigrationGenerateCommand, name, timestamp, up, down, esm);
  CommandUtils.createFile = async (file, content, override) => {
    const current = output;
    output = undefined;
    if (current?.write === undefined) await createFile.call(CommandUtils, file, content, override);
    try {
      await current?.write?.(file, content);
      await current?.written?.(file, content);
    } catch (error) {
      throw asCliError(error);
    }
  };
}

/** Migrations that are written together are a millisecond apart, starting with the CLI's own. */
export function momentOf(migration: string): Date {
  return new Date(Number(stampOf(migration) ?? Date.now()));
}
