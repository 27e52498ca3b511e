import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LockstepError } from "@lockstep/core";
import type { RecordedLog } from "./recorded-log.js";

/** The commands of TypeORM's CLI that the plan's files go through, as far as they are used. */
export interface CliModules {
  readonly CommandUtils: { createFile(file: string, content: string, override?: boolean): Promise<void> };
  readonly MigrationGenerateCommand: {
    getTemplate(name: string, timestamp: number, up: string[], down: string[]): string;
    getJavascriptTemplate(name: string, timestamp: number, up: string[], down: string[], esm?: boolean): string;
  };
}

/** A copy of TypeORM in the tree. */
export interface TypeormCopy {
  /** Absolute, without links. */
  readonly folder: string;
  readonly version: string;
}

/**
 * The very modules that the running CLI uses. They are in the cache of `require`, whatever has loaded the CLI (node, tsx, ts-node): a
 * second instance would be of no use.
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
    throw new LockstepError("LS9052", `${file} was not loaded by require.`);
  return { CommandUtils, MigrationGenerateCommand };
}

/**
 * The copy of TypeORM that a migration is generated with.
 *
 * @throws LS9051 when the data source is made with another one · LS9053 when it is older than 0.3.11
 */
export function typeormCopy(commandFile: string, { madeBy }: RecordedLog): TypeormCopy {
  const copy = copyOf(commandFile);
  const other = madeBy === undefined ? copy : copyOf(madeBy);
  if (other.folder !== copy.folder)
    throw new LockstepError(
      "LS9051",
      `The CLI is that of typeorm ${copy.version} in ${copy.folder}; the data source is made with typeorm ${other.version} in ${other.folder}.`,
    );
  const [major = 0, minor = 0, patch = 0] = copy.version.split(/[.-]/).map(Number);
  if (major === 0 && (minor < 3 || (minor === 3 && patch < 11)))
    throw new LockstepError("LS9053", `typeorm ${copy.version} is installed; Lockstep works with 0.3.11 and later.`);
  return copy;
}

function copyOf(file: string): TypeormCopy {
  for (let folder = dirname(pathOf(file)); ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest)) {
      const { version = "" } = JSON.parse(readFileSync(manifest, "utf8")) as { version?: string };
      return { folder: realpathSync(folder), version };
    }
    if (folder === dirname(folder)) return { folder, version: "" };
  }
}

/** Files that were imported are on the stack by their URL. */
function pathOf(file: string): string {
  return file.startsWith("file:") ? fileURLToPath(file) : file;
}
