import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { LockstepError } from "../errors.js";
import { attempt, isCommandFailure } from "../expected-errors.js";

const maxBuffer = 256 * 1024 * 1024;

/** In English, whatever the locale: what it says is read. */
const inEnglish = () => ({ ...process.env, LC_ALL: "C" });

/** As many files as one command line holds on every system. */
const atOnce = 200;

/**
 * Which of the files have uncommitted changes (untracked ones included). Outside of a repository, or without git: none,
 * because then there is no commit that an edit could be mixed with.
 *
 * @param files paths from the root; also of files outside of it, or in another repository
 * @throws LockstepError LS4006 where git does not read a repository that holds some of them
 */
export function dirtyFiles(root: string, files: readonly string[]): ReadonlySet<string> {
  return among(root, files, (top, paths) => {
    const found: string[] = [];
    for (let start = 0; start < paths.length; start += atOnce) {
      const some = paths.slice(start, start + atOnce);
      // Literal: `app/[id]/page.tsx` is a name.
      const status = ["--literal-pathspecs", "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all"];
      const entries = git(top, [...status, "--", ...some]).split("\0");
      found.push(...entries.filter((entry) => entry.length > 3).map((entry) => entry.slice(3)));
    }
    return found;
  });
}

/** Whether the folder is inside of a git work tree that git reads. Without git: no. */
export function isRepository(root: string): boolean {
  return gitOrNothing(root, ["rev-parse", "--is-inside-work-tree"]) === "true";
}

/** The folder as git names it from the top of its repository, with `/` at its end; empty at the top, and where git reads none. */
export function prefixInRepository(root: string): string {
  // The top: no process is needed for that.
  if (existsSync(join(root, ".git"))) return "";
  return attempt(() => git(root, ["rev-parse", "--show-prefix"]), isCommandFailure)?.replace(/\n$/, "") ?? "";
}

/** Git's own words where it refuses to read the repository around the folder, `detected dubious ownership in …` say. */
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
 * Which of the files, existing or not, git would leave out of a commit. Outside of a repository, or without git: none.
 *
 * @param isOfTracked also of files that are in version control all the same: the next one like them would not be. Default: no
 * @throws LockstepError LS4006 where git does not read a repository that holds some of them
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

/** The text of a file in a commit, by default the last; undefined where it is not in it, or without git. */
export function committedText(root: string, file: string, commit = "HEAD"): string | undefined {
  return attempt(() => git(root, ["show", `${commit}:./${file}`]), isCommandFailure);
}

/** The last commit that touches one of the files; undefined where none does, or without git. */
export function lastCommitOf(root: string, files: readonly string[]): string | undefined {
  if (files.length === 0) return undefined;
  return gitOrNothing(root, ["--literal-pathspecs", "log", "-1", "--format=%H", "--", ...files]);
}

/**
 * Asks git about files in each repository that holds some of them: one that is asked about a file of another one, of a submodule
 * say, answers nothing at all.
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
      // Without git, and where it finds none of them: none.
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

/** What git answers to a question that changes nothing. @throws as execFileSync does */
export function git(root: string, args: readonly string[]): string {
  // Nothing is asked that changes anything: git need not write its index down, and leaves no lock when it cannot.
  return execFileSync("git", ["--no-optional-locks", ...args], {
    cwd: root,
    env: inEnglish(),
    encoding: "utf8",
    maxBuffer,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** The same without white space around it; undefined where git is missing, fails or prints nothing. */
export function gitOrNothing(root: string, args: readonly string[]): string | undefined {
  return attempt(() => git(root, args), isCommandFailure)?.trim() || undefined;
}

/**
 * The first line of what git says when it cannot go on (exit 128). A `.git` that leads nowhere, of a work tree that was mounted alone
 * say, is no repository to git.
 */
function refusalOf(error: unknown): string | undefined {
  const { status, stderr } = error as { readonly status?: number; readonly stderr?: string };
  if (status !== 128 || stderr === undefined) return undefined;
  const said = /^fatal: (.*)$/m.exec(stderr)?.[1];
  return said === undefined || said.startsWith("not a git repository") ? undefined : said;
}
