import { stampOf } from "../migrations/names.js";
import type { Flavour } from "../project.js";
import { asCliError } from "./cli-error.js";
import type { CliModules } from "./typeorm-copy.js";

/** What takes the place of the file that the CLI would write or show. */
export interface Output {
  /** The text of the migration; without it, TypeORM's own. Asked before it is known whether anything is written. */
  template?(migration: string, flavour: Flavour): string;
  /** Writes everything, the migration with it; without it, the CLI writes. What it throws, the CLI shows. */
  write?(file: string, text: string): Promise<void>;
  /** Once all is written. */
  written?(file: string, text: string): Promise<void>;
}

let output: Output | undefined;
const patched = new WeakSet<object>();

/**
 * Has the running CLI write this instead of its own file: for this one command, and only where the CLI itself would write.
 *
 * @param next undefined: what an earlier call has left is forgotten
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

/** Migrations that are written together follow each other by a millisecond, from the CLI's own on. */
export function momentOf(migration: string): Date {
  return new Date(Number(stampOf(migration) ?? Date.now()));
}
