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

/** Whether the folder is inside of a git work tree. Without git: no. */
export function isRepository(root: string): boolean {
  try {
    return git(root, ["rev-parse", "--is-inside-work-tree"]).trim() === "true";
  } catch {
    return false;
  }
}

/**
 * Which of the files, existing or not, git would leave out of a commit. Outside of a repository, or without git: none.
 *
 * @param isOfTracked also of files that are in version control all the same: the next one like them would not be. Default: no
 */
export function ignoredFiles(root: string, files: readonly string[], isOfTracked = false): ReadonlySet<string> {
  if (files.length === 0) return new Set();
  try {
    // Exit 1: none of them.
    const found = execFileSync("git", ["check-ignore", "-z", "--stdin", ...(isOfTracked ? ["--no-index"] : [])], {
      cwd: root,
      encoding: "utf8",
      input: `${files.join("\0")}\0`,
      stdio: ["pipe", "pipe", "ignore"],
      maxBuffer: 64 * 1024 * 1024,
    });
    return new Set(found.split("\0").filter((file) => file !== ""));
  } catch {
    return new Set();
  }
}

/** The text of a file in the last commit; undefined where it is not in one, or without git. */
export function committedText(root: string, file: string): string | undefined {
  try {
    return git(root, ["show", `HEAD:./${file}`]);
  } catch {
    return undefined;
  }
}

function git(root: string, args: readonly string[]): string {
  return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}
