import { execFileSync } from "node:child_process";

/**
 * Which of the files have uncommitted changes (untracked ones included). Outside of a repository, or without git: none,
 * because then there is no commit that an edit could be mixed with.
 */
export function dirtyFiles(root: string, files: readonly string[]): ReadonlySet<string> {
  if (files.length === 0) return new Set();
  try {
    const prefix = git(root, ["rev-parse", "--show-prefix"]).trim();
    const output = git(root, ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", ...files]);
    return new Set(
      output
        .split("\0")
        .filter((entry) => entry.length > 3)
        .map((entry) => entry.slice(3))
        // Paths are given from the top of the repository.
        .map((path) => (path.startsWith(prefix) ? path.slice(prefix.length) : path)),
    );
  } catch {
    return new Set();
  }
}

function git(root: string, args: readonly string[]): string {
  return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}
