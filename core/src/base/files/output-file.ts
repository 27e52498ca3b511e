import { accessSync, constants, existsSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { LockstepError } from "../errors.js";
import { realPath } from "./writable.js";
import { replaceFile } from "./write-files.js";

/** A file that somebody named with an option. */
export interface OutputFile {
  /** As typed. */
  readonly name: string;
  /** Writes it whole or not at all. @throws LS8016 it cannot be written */
  write(text: string): void;
}

/**
 * A file that a command writes where an option says. Whether it can be is found out at once: what it is made of may take minutes.
 *
 * @param option as typed: `--out`
 * @param makesFolders folders that are missing are made. Default: no
 * @throws LS8016 its folder is missing or closed, or there is a folder of that name
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

/** `/dev/stdout`, a pipe: nothing can take its place. */
function isDevice(path: string): boolean {
  return existsSync(path) && !statSync(path).isFile();
}
