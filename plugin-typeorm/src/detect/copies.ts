import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { LockstepError } from "@lockstep/core";

/** A copy of TypeORM in the tree. */
export interface TypeormCopy {
  /** Absolute, without links. */
  readonly folder: string;
  readonly version: string;
}

/** The copy in a folder. */
export function copyIn(folder: string): TypeormCopy {
  const { version = "" } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version?: string };
  return { folder: realpathSync(folder), version };
}

/**
 * The copy that the project resolves.
 *
 * @throws LS9020 when there is none
 */
export function installedCopy(root: string): TypeormCopy {
  try {
    // Its `exports` do not include its manifest.
    return copyIn(dirname(createRequire(join(root, "package.json")).resolve("typeorm")));
  } catch (cause) {
    throw new LockstepError("LS9020", `The project at ${root} has no typeorm in its dependencies.`, {
      hint: "Install the project's dependencies, including typeorm, then run the command again.",
      cause,
    });
  }
}

/** @throws LS9053 before 0.3.11 */
export function refuseOldCopy({ version }: TypeormCopy): void {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  if (major === 0 && (minor < 3 || (minor === 3 && patch < 11)))
    throw new LockstepError("LS9053", `typeorm ${version} is installed, but Lockstep needs 0.3.11 or later.`);
}

/** @throws LS9051 */
export function refuseTwoCopies(cli: TypeormCopy, other: TypeormCopy): void {
  if (cli.folder === other.folder) return;
  throw new LockstepError(
    "LS9051",
    `The CLI uses typeorm ${cli.version} in ${cli.folder}, but the data source uses typeorm ${other.version} in ${other.folder}.`,
  );
}
