import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { LockstepError } from "../errors.js";
import { attempt, isCommandFailure } from "../expected-errors.js";

const maxBuffer = 256 * 1024 * 1024;

/** In English, whatever the locale: the output is parsed. */
const inEnglish = () => ({ ...process.env, LC_ALL: "C" });

/** The number of files that fit on one command line on every system. */
const atOnce = 200;

/**
 * The given files with uncommitted changes (untracked ones included). Outside a repository, or without git: none, because then there is no
 * commit that an edit could be mixed with.
 *
 * @param files paths from the root; also of files outside of it, or in another repository
 * @throws LockstepError LS4006 if git refuses to read a repository that contains some of them
 */
export function dirtyFiles(root: string, files: readonly string[]): ReadonlySet<string> {
  return among(root, files, (top, paths) =>
    inParts(paths, (some) => {
      // Literal: `app/[id]/page.tsx` is a name.
      const status = ["--literal-pathspecs", "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all"];
      const entries = git(top, [...status, "--", ...some]).split("\0");
      return entries.filter((entry) => entry.length > 3).map((entry) => entry.slice(3));
    }),
  );
}

/**
 * The given files whose uncommitted changes are all of the merge, rebase or cherry-pick that git is in: their text is the staged one, or, in
 * a conflict, that of one side. Git has these texts, so a further edit is not mixed with anybody's work.
 *
 * @param files as for `dirtyFiles`
 */
export function mergedFiles(root: string, files: readonly string[]): ReadonlySet<string> {
  return among(root, files, (top, paths) => {
    const there = paths.filter((path) => existsSync(join(top, path)));
    if (there.length === 0 || sidesOfMerge(top).length === 0) return [];
    return inParts(there, (some) => {
      const entries = git(top, ["--literal-pathspecs", "ls-files", "--stage", "-z", "--", ...some]).split("\0");
      const hashes = git(top, ["hash-object", "--", ...some])
        .trim()
        .split("\n");
      // `100644 <hash> <stage>\t<path>`. Stage 1 is the version before both sides.
      return some.filter((path, at) =>
        entries.some((entry) => entry.endsWith(`\t${path}`) && new RegExp(` ${hashes[at]} [023]\\t`).test(entry)),
      );
    });
  });
}

/** Whether the folder is inside a git work tree that git reads. Without git: no. */
export function isRepository(root: string): boolean {
  return gitOrNothing(root, ["rev-parse", "--is-inside-work-tree"]) === "true";
}

/** The folder relative to the top of its repository, with `/` at its end. Empty at the top, and if git reads no repository. */
export function prefixInRepository(root: string): string {
  // The top: this needs no process.
  if (existsSync(join(root, ".git"))) return "";
  return attempt(() => git(root, ["rev-parse", "--show-prefix"]), isCommandFailure)?.replace(/\n$/, "") ?? "";
}

/** Git's own message if it refuses to read the repository around the folder, for example `detected dubious ownership in …`. */
export function whyNotRead(root: string): string | undefined {
  try {
    git(root, ["rev-parse", "--is-inside-work-tree"]);
    return undefined;
  } catch (error) {
    if (!isCommandFailure(error)) throw error;
    return refusalOf(error);
  }
}

/**
 * The given files, existing or not, that git ignores. Outside a repository, or without git: none.
 *
 * @param isOfTracked also for tracked files: a new file of the same kind would be ignored. Default: no
 * @throws LockstepError LS4006 if git refuses to read a repository that contains some of them
 */
export function ignoredFiles(root: string, files: readonly string[], isOfTracked = false): ReadonlySet<string> {
  return among(root, files, (top, paths) => {
    // Exit 1: none of them.
    const found = execFileSync("git", ["check-ignore", "-z", "--stdin", ...(isOfTracked ? ["--no-index"] : [])], {
      cwd: top,
      encoding: "utf8",
      input: `${paths.join("\0")}\0`,
      env: inEnglish(),
      stdio: "pipe",
      maxBuffer,
    });
    return found.split("\0").filter((file) => file !== "");
  });
}

/** The text of a file in a commit, by default the last. Undefined if the commit lacks it, or without git. */
export function committedText(root: string, file: string, commit = "HEAD"): string | undefined {
  return attempt(() => git(root, ["show", `${commit}:./${file}`]), isCommandFailure);
}

/** Whether a file of the last commit contains the word. True if that is unknown: without git, or a commit. */
export function isCommittedWord(root: string, word: string): boolean {
  try {
    git(root, ["grep", "--quiet", "--word-regexp", "--fixed-strings", "-e", word, "HEAD", "--", "."]);
    return true;
  } catch (error) {
    if (!isCommandFailure(error)) throw error;
    // 1: no such word.
    return (error as { readonly status?: number }).status !== 1;
  }
}

/** The last commit that touches one of the files. Undefined if none does, or without git. */
export function lastCommitOf(root: string, files: readonly string[]): string | undefined {
  if (files.length === 0) return undefined;
  return gitOrNothing(root, ["--literal-pathspecs", "log", "-1", "--format=%H", "--", ...files]);
}

/**
 * The commit that the main line had before a file came into it: of a branch, the one before its merge. HEAD for a file that is not
 * committed, "none" for one of the first commit. Undefined if this is unknown: without git, or in a shallow clone.
 */
export function commitBefore(root: string, file: string): string | "none" | undefined {
  if (gitOrNothing(root, ["rev-parse", "--verify", "--quiet", "HEAD"]) === undefined) return undefined;
  const args = ["--literal-pathspecs", "log", "-1", "-m", "--first-parent", "--diff-filter=A", "--format=%H"];
  const added = gitOrNothing(root, [...args, "--", file]);
  if (added === undefined) return "HEAD";
  const before = gitOrNothing(root, ["rev-parse", "--verify", "--quiet", `${added}^`]);
  const isShallow = gitOrNothing(root, ["rev-parse", "--is-shallow-repository"]) === "true";
  return before ?? (isShallow ? undefined : "none");
}

/** Files below the folder that have changed since a commit, including deleted ones. */
export function changedSince(root: string, commit: string): readonly string[] {
  const args = ["diff", "--name-only", "--relative", "--no-renames", "--diff-filter=MD", "-z", commit, "--", "."];
  return git(root, args)
    .split("\0")
    .filter((file) => file !== "");
}

/** Asks about as many files at a time as fit on a command line. */
function inParts(paths: readonly string[], ask: (some: readonly string[]) => readonly string[]): readonly string[] {
  const parts = Array.from({ length: Math.ceil(paths.length / atOnce) }, (_, at) => at * atOnce);
  return parts.flatMap((start) => ask(paths.slice(start, start + atOnce)));
}

/** The other side of the merge, rebase or cherry-pick that git is in. */
export function sidesOfMerge(root: string): readonly string[] {
  return ["MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD"].filter(
    (each) => gitOrNothing(root, ["rev-parse", "--verify", "--quiet", each]) !== undefined,
  );
}

/**
 * Runs git for files in each repository that contains some of them: with a file of another repository, for example a submodule, git fails
 * for all files.
 */
function among(
  root: string,
  files: readonly string[],
  ask: (top: string, paths: readonly string[]) => readonly string[],
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [top, byPath] of byRepository(root, files)) {
    try {
      for (const path of ask(top, [...byPath.keys()])) {
        const file = byPath.get(path);
        if (file !== undefined) found.add(file);
      }
    } catch (error) {
      // Without git, and if git finds none of them: none.
      if (!isCommandFailure(error)) throw error;
      const refusal = refusalOf(error);
      if (refusal !== undefined) throw new LockstepError("LS4006", `${top}: ${refusal}`);
    }
  }
  return found;
}

/** The files of each repository by their paths from its top. */
function byRepository(root: string, files: readonly string[]): Map<string, Map<string, string>> {
  const tops = new Map<string, string | undefined>();
  const topOf = (folder: string): string | undefined => {
    if (tops.has(folder)) return tops.get(folder);
    const parent = dirname(folder);
    const top = existsSync(join(folder, ".git")) ? folder : parent === folder ? undefined : topOf(parent);
    tops.set(folder, top);
    return top;
  };
  const found = new Map<string, Map<string, string>>();
  for (const file of files) {
    const path = resolve(root, file);
    const top = topOf(dirname(path));
    if (top === undefined) continue;
    const known = found.get(top) ?? new Map<string, string>();
    found.set(top, known.set(relative(top, path).replaceAll("\\", "/"), file));
  }
  return found;
}

/** The output of a read-only git command. @throws as execFileSync does */
export function git(root: string, args: readonly string[]): string {
  // The command is read-only: git need not write its index, and leaves no lock when it cannot.
  return execFileSync("git", ["--no-optional-locks", ...args], {
    cwd: root,
    env: inEnglish(),
    encoding: "utf8",
    maxBuffer,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** The same without surrounding white space. Undefined if git is missing, fails or prints nothing. */
export function gitOrNothing(root: string, args: readonly string[]): string | undefined {
  return attempt(() => git(root, args), isCommandFailure)?.trim() || undefined;
}

/**
 * The first line of git's error when it cannot continue (exit 128). A broken `.git` link, for example of a work tree that was mounted
 * alone, is no repository for git.
 */
function refusalOf(error: unknown): string | undefined {
  const { status, stderr } = error as { readonly status?: number; readonly stderr?: string };
  if (status !== 128 || stderr === undefined) return undefined;
  const said = /^fatal: (.*)$/m.exec(stderr)?.[1];
  return said === undefined || said.startsWith("not a git repository") ? undefined : said;
}
