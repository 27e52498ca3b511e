import { accessSync, constants, existsSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { LockstepError } from "../errors.js";
import { realPath } from "./writable.js";
import { replaceFile } from "./write-files.js";

/** A file named by an option. */
export interface OutputFile {
  /** As typed. */
  readonly name: string;
  /** Writes it whole or not at all. @throws LS8016 it cannot be written */
  write(text: string): void;
}

/**
 * A file that a command writes where an option specifies. Checks at once whether it is writable: producing its content may take minutes.
 *
 * @param option as typed: `--out`
 * @param makesFolders creates missing folders. Default: no
 * @throws LS8016 its folder is missing or not writable, or there is a folder of that name
 */
export function outputFile(cwd: string, name: string, option: string, makesFolders = false): OutputFile {
  const path = resolve(cwd, name);
  const tried = (write: () => void) => {
    try {
      write();
    } catch (cause) {
      throw new LockstepError("LS8016", `${name} cannot be written: ${(cause as Error).message}`, {
        cause,
        hint: `Name another file with ${option}`,
      });
    }
  };
  tried(() => {
    const real = realPath(path);
    if (existsSync(real)) {
      if (statSync(real).isDirectory()) throw new Error("it is a folder");
      accessSync(real, constants.W_OK);
    } else if (!makesFolders) {
      if (!statSync(dirname(real)).isDirectory()) throw new Error("its folder is a file");
      accessSync(dirname(real), constants.W_OK);
    }
  });
  return { name, write: (text) => tried(() => (isDevice(path) ? writeFileSync(path, text) : replaceFile(path, text))) };
}

/** `/dev/stdout`, a pipe: it cannot be replaced. */
function isDevice(path: string): boolean {
  return existsSync(path) && !statSync(path).isFile();
}
