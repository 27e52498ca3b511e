import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dirtyFiles, ignoredFiles } from "../../../../core/src/base/files/git.js";

let top: string;
let root: string;

/** A monorepo whose schema is in `packages/db`, with another repository in one of its folders and none around it. */
beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), "lockstep-git-"));
  root = join(top, "repo/packages/db");
  const clean = ["src/a.ts", "src/b.ts", "app/[id]/page.tsx", "app/i/page.tsx"].map((file) => `packages/db/${file}`);
  write("repo", [...clean, "apps/api/src/c.ts", "apps/api/src/d.ts", "packages/db/apps/api/src/c.ts"]);
  write("repo", [".gitignore"], "local.ts\n");
  commit("repo");
  write("repo/vendored", ["x.ts", "y.ts"]);
  commit("repo/vendored");
  write("elsewhere", ["z.ts"]);
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

function write(folder: string, files: readonly string[], text = "1\n"): void {
  for (const file of files) {
    const path = join(top, folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

function commit(folder: string): void {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: join(top, folder), stdio: "ignore" });
  git("init", "--quiet");
  git("add", "--all");
  git("-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message", "All");
}

test("changed and untracked files, inside of the project and beside it", () => {
  write("repo", ["packages/db/src/b.ts", "packages/db/src/new.ts", "apps/api/src/c.ts"], "2\n");
  const beside = ["../../apps/api/src/c.ts", "../../apps/api/src/d.ts"];
  const files = ["src/a.ts", "src/b.ts", "src/new.ts", "apps/api/src/c.ts", ...beside];
  expect([...dirtyFiles(root, files)].sort()).toEqual(["../../apps/api/src/c.ts", "src/b.ts", "src/new.ts"]);
});

test("a name with brackets is no pattern", () => {
  write("repo", ["packages/db/app/i/page.tsx"], "2\n");
  expect([...dirtyFiles(root, ["app/[id]/page.tsx"])]).toEqual([]);
  write("repo", ["packages/db/app/[id]/page.tsx"], "2\n");
  expect([...dirtyFiles(root, ["app/[id]/page.tsx"])]).toEqual(["app/[id]/page.tsx"]);
});

test("files of another repository, and of none, do not hide those of the project", () => {
  write("repo/vendored", ["x.ts"], "2\n");
  const files = ["src/a.ts", "src/b.ts", "../../vendored/x.ts", "../../vendored/y.ts", "../../../elsewhere/z.ts"];
  expect([...dirtyFiles(root, files)].sort()).toEqual(["../../vendored/x.ts", "src/b.ts"]);
});

test("ignored files beside the project", () => {
  const files = ["src/a.ts", "src/local.ts", "../../apps/api/local.ts", "../../vendored/local.ts"];
  expect([...ignoredFiles(root, files)]).toEqual(["src/local.ts", "../../apps/api/local.ts"]);
});

test("more files than one command line takes", () => {
  const files = Array.from({ length: 450 }, (_, at) => `src/many/${at}.ts`);
  write("repo/packages/db", files);
  expect(dirtyFiles(root, [...files, "src/a.ts"]).size).toBe(files.length);
});

test("outside of a repository nothing is dirty or ignored", () => {
  const outside = join(top, "elsewhere");
  expect(dirtyFiles(outside, ["z.ts"]).size).toBe(0);
  expect(ignoredFiles(outside, ["z.ts"]).size).toBe(0);
});

test("a repository that git refuses to read is an error, and one whose .git leads nowhere is none", () => {
  write("refused", ["src/a.ts"]);
  commit("refused");
  write("refused", [".git/config"], "[core\n");
  const refused = join(top, "refused");
  expect(() => dirtyFiles(refused, ["src/a.ts"])).toThrow(/refused: bad config line 1/);
  expect(() => ignoredFiles(refused, ["src/a.ts"])).toThrow(expect.objectContaining({ code: "LS4006" }));
  write("mounted", [".git"], "gitdir: /nowhere/.git/worktrees/a\n");
  expect(dirtyFiles(join(top, "mounted"), ["a.ts"]).size).toBe(0);
});
