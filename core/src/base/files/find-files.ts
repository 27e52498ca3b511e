import { type Dirent, readdir, readdirSync } from "node:fs";
import { join } from "node:path";
import { escapePath, type FileSystemAdapter, type GlobOptions, glob, globSync } from "tinyglobby";
import { LockstepError } from "../errors.js";

export { escapePath };

export interface FindOptions {
  /** Globs from the root. Dependencies and the contents of `.git` are never listed, whatever the glob. */
  readonly ignore?: readonly string[];
  /** Include files and folders whose names begin with a dot. Default: no */
  readonly dot?: boolean;
  /** Include folders behind symbolic links. Default: no */
  readonly follow?: boolean;
  /** Entries of folders. Default: 500,000 */
  readonly most?: number;
}

/** Ten times the size of the largest real repositories. */
const mostEntries = 500_000;
const mostMs = 60_000;

/**
 * The files that globs match, in the order of their paths, which are relative to the root and have `/`. Every listing of a repository uses
 * this: none enters `node_modules`, and none runs forever.
 *
 * @throws LS8021 there are too many files, or listing them takes too long
 * @example await findFiles(root, ["**" + "/*.prisma"], { ignore: ["generated/**"] });
 */
export async function findFiles(
  root: string,
  globs: readonly string[],
  options: FindOptions = {},
): Promise<readonly string[]> {
  const limits = new Limits(root, options);
  return limits.within(await glob([...globs], limits.globOptions));
}

/** The same, synchronously. @throws LS8021 */
export function findFilesSync(root: string, globs: readonly string[], options: FindOptions = {}): readonly string[] {
  const limits = new Limits(root, options);
  return limits.within(globSync([...globs], limits.globOptions));
}

/** A glob, or a folder with its contents. */
export function asGlobs(pattern: string): string[] {
  const clean = pattern.replace(/^\.\//, "").replace(/\/$/, "");
  return /[*?{[]/.test(clean) ? [clean] : [clean, `${clean}/**`];
}

/** One listing: it counts its entries, and stops at the limit. */
class Limits {
  readonly #startedMs = performance.now();
  #entries = 0;

  constructor(
    readonly root: string,
    readonly options: FindOptions,
  ) {}

  get globOptions(): GlobOptions {
    const { ignore = [], dot = false, follow = false } = this.options;
    return {
      cwd: this.root,
      ignore: [...ignore],
      dot,
      onlyFiles: true,
      followSymbolicLinks: follow,
      // A folder may have the name of a file: `node_modules/.prisma`.
      expandDirectories: false,
      fs: this.#fs as FileSystemAdapter,
    };
  }

  within(found: readonly string[]): readonly string[] {
    if (!this.#isOver) return found.map((path) => path.replaceAll("\\", "/")).sort();
    throw new LockstepError(
      "LS8021",
      `${this.root} contains more than ${this.#most.toLocaleString("en")} files and folders, or listing them took longer than ${mostMs / 1000} s.`,
    );
  }

  get #most(): number {
    return this.options.most ?? mostEntries;
  }

  get #isOver(): boolean {
    return this.#entries > this.#most || performance.now() - this.#startedMs > mostMs;
  }

  readonly #fs = {
    readdir: (
      folder: string,
      options: { withFileTypes: true },
      done: (error: Error | null, entries?: Dirent[]) => void,
    ) => {
      if (this.#isOver) done(null, []);
      else readdir(folder, options, (error, entries) => done(error, entries && this.#wanted(folder, entries)));
    },
    readdirSync: (folder: string, options: { withFileTypes: true }) =>
      this.#isOver ? [] : this.#wanted(folder, readdirSync(folder, options)),
  };

  #wanted(folder: string, entries: readonly Dirent[]): Dirent[] {
    this.#entries += entries.length;
    // The project itself may be inside such a folder.
    const leadsToRoot = (name: string) => `${this.root}/`.startsWith(`${join(folder, name)}/`);
    return entries.filter(({ name }) => (name !== "node_modules" && name !== ".git") || leadsToRoot(name));
  }
}
