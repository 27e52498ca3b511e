import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LockstepError } from "@lockstep/core";
import { copyIn, refuseOldCopy, refuseTwoCopies, type TypeormCopy } from "../detect/copies.js";
import type { RecordedLog } from "./recorded-log.js";

/** The used part of the TypeORM CLI's commands that write the plan's files. */
export interface CliModules {
  readonly CommandUtils: { createFile(file: string, content: string, override?: boolean): Promise<void> };
  readonly MigrationGenerateCommand: {
    getTemplate(name: string, timestamp: number, up: string[], down: string[]): string;
    getJavascriptTemplate(name: string, timestamp: number, up: string[], down: string[], esm?: boolean): string;
  };
}

/**
 * The modules that the running CLI uses. They are in the cache of `require`, whatever has loaded the CLI (node, tsx, ts-node): a second
 * instance would have no effect.
 *
 * @param commandFile the file of MigrationGenerateCommand, from the stack
 * @throws LS9052 when they are not there
 */
export function cliModules(commandFile: string): CliModules {
  const file = pathOf(commandFile);
  const { cache } = createRequire(file);
  const find = (name: string) => cache[join(dirname(file), `${name}.js`)]?.exports as Partial<CliModules> | undefined;
  const { CommandUtils } = find("CommandUtils") ?? {};
  const { MigrationGenerateCommand } = find("MigrationGenerateCommand") ?? {};
  if (CommandUtils === undefined || MigrationGenerateCommand === undefined)
    throw new LockstepError("LS9052", `${file} was not loaded with require.`);
  return { CommandUtils, MigrationGenerateCommand };
}

/** The copy of TypeORM that a file belongs to. */
export function typeormCopy(file: string): TypeormCopy {
  for (let folder = dirname(pathOf(file)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return copyIn(folder);
    if (folder === dirname(folder)) return { folder, version: "" };
  }
}

/**
 * Checks that a plan's migrations are written for the TypeORM that runs them.
 *
 * @param cli the copy that the CLI runs
 * @param madeBy a file of the copy that creates the data source
 * @throws LS9051 when they are two · LS9053 when it is older than 0.3.11
 */
export function assertUsable(cli: TypeormCopy, { madeBy }: RecordedLog): void {
  if (madeBy !== undefined) refuseTwoCopies(cli, typeormCopy(madeBy));
  refuseOldCopy(cli);
}

/** Files that were imported are on the stack by their URL. */
function pathOf(file: string): string {
  return file.startsWith("file:") ? fileURLToPath(file) : file;
}
