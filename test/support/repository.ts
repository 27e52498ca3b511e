/** Git repositories in temporary folders, the same whatever the settings of who runs the tests. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const day = 24 * 60 * 60 * 1000;

export interface Repository {
  readonly folder: string;
  /** Files by their paths; undefined takes one away. */
  write(files: Readonly<Record<string, string | undefined>>): void;
  /** Writes and commits, a day after the commit before. @returns its id */
  commit(files: Readonly<Record<string, string | undefined>>): string;
  /** @returns what it printed, without the last line break */
  git(...args: readonly string[]): string;
  dispose(): void;
}

/** @param from date of the first commit */
export function createRepository(from = new Date("2026-01-01T12:00:00Z")): Repository {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "lockstep-history-")));
  let commits = 0;
  const git = (...args: readonly string[]) => {
    const date = new Date(from.getTime() + commits * day).toISOString();
    return runGit(folder, args, { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date });
  };
  const write: Repository["write"] = (files) => {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      if (text === undefined) rmSync(join(folder, file));
      else writeFileSync(join(folder, file), text);
    }
  };
  git("init", "--quiet", "--initial-branch=main");
  return {
    folder,
    write,
    git(...args) {
      commits++;
      return git(...args);
    },
    commit(files) {
      commits++;
      write(files);
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "--message=change");
      return git("rev-parse", "HEAD");
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs git in a folder, with nobody's settings. */
export function runGit(folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "protocol.file.allow=always"];
  return execFileSync("git", [...identity, "-c", "commit.gpgSign=false", ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
  }).replace(/\n$/, "");
}
