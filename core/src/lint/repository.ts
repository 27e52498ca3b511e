import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { LockstepError } from "../base/errors.js";
import { isCommandFailure } from "../base/expected-errors.js";
import { git, gitOrNothing, isRepository } from "../base/files/git.js";
import { largest, readTextUpTo } from "../base/files/read-text.js";
import { repositoryGuard } from "../base/files/writable.js";
import type { RepositoryFiles } from "./migration-set.js";

const maxBuffer = 256 * 1024 * 1024;

/** How a file differs from the base commit of a branch. */
export type Change = "added" | "edited" | "deleted";

/** The base to compare a branch with. */
export interface Base {
  /** As named or found: `origin/main`. */
  readonly name: string;
  /** The merge base. */
  readonly commit: string;
}

/** The files below a folder that git would commit; without git, all files. */
export async function repositoryFiles(folder: string): Promise<RepositoryFiles> {
  const texts = new Map<string, string | undefined>();
  const isOfRepository = repositoryGuard(folder);
  return {
    paths: await pathsIn(folder),
    read(path) {
      if (texts.has(path)) return texts.get(path);
      // Only files named on the command line are outside.
      const isAllowed = path.startsWith("../") || isOfRepository(path);
      texts.set(path, isAllowed ? textOf(join(folder, path)) : undefined);
      return texts.get(path);
    },
  };
}

async function pathsIn(folder: string): Promise<readonly string[]> {
  try {
    const { stdout } = await promisify(execFile)(
      "git",
      ["--no-optional-locks", "ls-files", "-z", "-t", "-cod", "--exclude-standard"],
      { cwd: folder, maxBuffer },
    );
    // Each entry starts with a letter and a blank. Deleted files have a second entry with R.
    const entries = listed(stdout);
    const deleted = new Set(entries.filter((entry) => entry.startsWith("R ")).map((entry) => entry.slice(2)));
    return [...new Set(entries.map((entry) => entry.slice(2)))].filter((path) => !deleted.has(path));
  } catch (error) {
    // No repository, or no git.
    if (!isCommandFailure(error)) throw error;
    const { findFiles } = await import("../base/files/find-files.js");
    return findFiles(folder, ["**/*"], { dot: true, ignore: ["**/dist/**"] });
  }
}

function textOf(path: string): string | undefined {
  return readTextUpTo(path, path.endsWith(".sql") ? largest.sql : largest.code);
}

/**
 * The commit to compare a pull request with: from the named branch, else from the target branch in the CI's environment, else from the
 * remote's default branch.
 *
 * @returns undefined if none is named
 * @throws LS8014 if git does not know the named one
 */
export function findBase(
  folder: string,
  named: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Base | undefined {
  if (named !== undefined) {
    const commit = mergeBase(folder, named);
    if (commit !== undefined) return { name: named, commit };
    throw new LockstepError("LS8014", `git finds no common commit of "${named}" and the current branch.`);
  }
  if (!isRepository(folder)) return undefined;
  const { GITHUB_BASE_REF: github, CI_MERGE_REQUEST_DIFF_BASE_SHA: gitlab } = env;
  const said = gitlab || (github ? `origin/${github}` : undefined);
  if (said !== undefined) {
    const commit = mergeBase(folder, said);
    if (commit === undefined)
      throw new LockstepError("LS8014", `The base branch of the pull request, "${said}", is not in this clone.`);
    return { name: said, commit };
  }
  for (const name of ["origin/HEAD", "origin/main", "origin/master"]) {
    const commit = mergeBase(folder, name);
    if (commit !== undefined) return { name: name === "origin/HEAD" ? remoteHead(folder) : name, commit };
  }
  return undefined;
}

/** How files below the folder differ from a commit, including uncommitted changes. */
export function changesSince(folder: string, { commit }: Base): ReadonlyMap<string, Change> {
  const found = new Map<string, Change>();
  const entries = listed(git(folder, ["diff", "--name-status", "-z", "--no-renames", "--relative", commit, "--", "."]));
  for (let at = 0; at + 1 < entries.length; at += 2) {
    const [status, path] = [entries[at] ?? "", entries[at + 1] ?? ""];
    found.set(path, status.startsWith("A") ? "added" : status.startsWith("D") ? "deleted" : "edited");
  }
  for (const path of listed(git(folder, ["ls-files", "-z", "-o", "--exclude-standard"]))) found.set(path, "added");
  return found;
}

function remoteHead(folder: string): string {
  return gitOrNothing(folder, ["rev-parse", "--abbrev-ref", "origin/HEAD"]) ?? "origin/HEAD";
}

function mergeBase(folder: string, ref: string): string | undefined {
  return gitOrNothing(folder, ["merge-base", "--end-of-options", ref, "HEAD"]);
}

function listed(text: string): string[] {
  return text.split("\0").filter((path) => path !== "");
}
