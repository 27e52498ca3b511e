import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { journalFile } from "../../../../core/src/base/files/journal-file.js";
import { lockProject } from "../../../../core/src/base/files/project-lock.js";
import { recoverFiles, settleFiles, writeFiles } from "../../../../core/src/base/files/write-files.js";
import type { FileChange } from "../../../../core/src/model/index.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-files-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const text = (file: string) => (existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : undefined);
const changes: FileChange[] = [
  { file: "model.prisma", before: "String", after: "String?" },
  { file: "migrations/1/migration.sql", before: undefined, after: "ALTER" },
  { file: "held.sql", before: "held", after: undefined },
];
function start() {
  writeFileSync(join(root, "model.prisma"), "String");
  writeFileSync(join(root, "held.sql"), "held");
}

test("writes, makes and removes files, and leaves no journal", () => {
  start();
  writeFiles(root, changes);
  expect(changes.map((change) => text(change.file))).toEqual(changes.map((change) => change.after));
  expect(text(journalFile)).toBeUndefined();
});

test.each(changes.map((_, index) => index).concat(changes.length))(
  "killed after %i of its writes: the next command finishes it",
  (written) => {
    start();
    writeFiles(root, changes.slice(0, written));
    mkdirSync(join(root, "lockstep"), { recursive: true });
    writeFileSync(join(root, journalFile), JSON.stringify(changes));
    expect(recoverFiles(root)).toEqual({ kind: "finished", files: changes.slice(written).map(({ file }) => file) });
    expect(changes.map((change) => text(change.file))).toEqual(changes.map((change) => change.after));
    expect(recoverFiles(root)).toEqual({ kind: "none" });
  },
);

test("what was interrupted is known when it is finished", async () => {
  start();
  const lock = await lockProject(root, "lockstep undo");
  writeFiles(root, changes, { others: ["held.sql"] });
  lock.release();
  expect(recoverFiles(root)).toEqual({ kind: "finished", command: "lockstep undo", files: ["held.sql"] });
});

test("what was interrupted on one branch is not finished on another one: LS3016", () => {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: root, stdio: "pipe" });
  git("init", "--quiet", "-b", "main");
  start();
  git("add", "-A");
  git("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "-m", "start");
  git("checkout", "--quiet", "-b", "add-handle");
  writeFiles(root, changes, { others: ["held.sql"] });
  git("stash", "--quiet");
  git("checkout", "--quiet", "main");
  expect(() => recoverFiles(root)).toThrow(
    expect.objectContaining({
      code: "LS3016",
      message: expect.stringMatching(/branch add-handle, but the current branch is main/),
    }),
  );
  expect([text("model.prisma"), text("held.sql")]).toEqual(["String", "held"]);
  git("checkout", "--quiet", "add-handle");
  expect(recoverFiles(root)).toMatchObject({ kind: "finished" });
  expect(text("held.sql")).toBeUndefined();
});

test("somebody's work in between is never overwritten: LS3009 names both sides", () => {
  start();
  writeFiles(root, [{ file: "x.ts", before: undefined, after: "" }]);
  writeFiles(root, changes.slice(0, 1));
  writeFileSync(join(root, "held.sql"), "edited meanwhile");
  rmSync(join(root, "lockstep"), { recursive: true, force: true });
  writeFiles(root, [{ file: "lockstep/x.md", before: undefined, after: "" }]);
  writeFileSync(join(root, journalFile), JSON.stringify(changes));
  expect(() => recoverFiles(root)).toThrow(
    expect.objectContaining({ code: "LS3009", message: expect.stringMatching(/held\.sql.*model\.prisma/) }),
  );
  expect(text("held.sql")).toBe("edited meanwhile");
  expect(text("migrations/1/migration.sql")).toBeUndefined();
});

test("a file that is left to somebody else keeps the journal until it is there", () => {
  start();
  writeFiles(root, changes, { others: ["migrations/1/migration.sql"] });
  settleFiles(root);
  expect(text(journalFile)).toBeDefined();
  expect(text("migrations/1/migration.sql")).toBeUndefined();
  writeFiles(root, []);
  mkdirSync(join(root, "migrations/1"), { recursive: true });
  writeFileSync(join(root, "migrations/1/migration.sql"), "ALTER");
  settleFiles(root);
  expect(text(journalFile)).toBeUndefined();
});

test("what was changed since it was read is not overwritten, and nothing else is written: LS4005", () => {
  start();
  writeFileSync(join(root, "held.sql"), "edited meanwhile");
  expect(() => writeFiles(root, changes)).toThrow(
    expect.objectContaining({ code: "LS4005", message: expect.stringContaining("held.sql") }),
  );
  expect([text("held.sql"), text("model.prisma"), text(journalFile)]).toEqual([
    "edited meanwhile",
    "String",
    undefined,
  ]);
});

test("a link stays one", () => {
  writeFileSync(join(root, "real.prisma"), "String");
  symlinkSync(join(root, "real.prisma"), join(root, "model.prisma"));
  writeFiles(root, changes.slice(0, 1));
  expect(lstatSync(join(root, "model.prisma")).isSymbolicLink()).toBe(true);
  expect(text("real.prisma")).toBe("String?");
});

/** What a journal that was committed, or made for it, could name. */
const foreign = [
  "../outside.ts",
  "/tmp/outside.ts",
  "C:/outside.ts",
  "C:\\outside.ts",
  "src/../../outside.ts",
  ".git/hooks/pre-commit",
  ".git/config.json",
  ".github/workflows/ci.yml",
  ".vscode/settings.json",
  ".npmrc",
  "node_modules/pg/lib/index.js",
  "packages/a/node_modules/b/index.ts",
  "package.json",
  "package-lock.json",
  "Makefile",
  "run.sh",
  "",
  "out/x.ts",
  "lockstep/p/out/x.ts",
  "link.ts",
  "dangling.ts",
];

test.each(foreign)("a journal that names %j is refused, and nothing is written", (file) => {
  const outside = mkdtempSync(join(tmpdir(), "lockstep-outside-"));
  try {
    mkdirSync(join(root, "lockstep/p"), { recursive: true });
    symlinkSync(outside, join(root, "out"));
    symlinkSync(outside, join(root, "lockstep/p/out"));
    writeFileSync(join(outside, "y.ts"), "theirs");
    symlinkSync(join(outside, "y.ts"), join(root, "link.ts"));
    symlinkSync(join(outside, "z.ts"), join(root, "dangling.ts"));
    writeFileSync(join(root, "a.ts"), "a");
    const journal = [
      { file: "a.ts", before: "a", after: "b" },
      { file, ...(file === "link.ts" ? { before: "theirs" } : {}), after: "taken" },
    ];
    writeFileSync(join(root, journalFile), JSON.stringify(journal));
    expect(() => recoverFiles(root)).toThrow(expect.objectContaining({ code: "LS3011" }));
    // Beside the root the folders of code.roots are written, and nobody but a plan calls this.
    if (file !== "../outside.ts")
      expect(() => writeFiles(root, [journal[1] as FileChange])).toThrow(expect.objectContaining({ code: "LS3011" }));
    expect(text("a.ts")).toBe("a");
    expect(text(journalFile)).toBe(JSON.stringify(journal));
    expect(readdirSync(outside)).toEqual(["y.ts"]);
    expect(readFileSync(join(outside, "y.ts"), "utf8")).toBe("theirs");
  } finally {
    rmSync(outside, { recursive: true, force: true });
  }
});

test.each([
  "{",
  "null",
  "{}",
  '{"changes":1}',
  '{"command":1,"changes":[]}',
  '[{"file":1}]',
  '["a"]',
  '[{"file":"a.ts","after":{}}]',
])("%s is no journal: LS3009", (journal) => {
  mkdirSync(join(root, "lockstep"));
  writeFileSync(join(root, journalFile), journal);
  expect(() => recoverFiles(root)).toThrow(expect.objectContaining({ code: "LS3009" }));
});

test("what code.roots names is written too, and nothing else beside the project", () => {
  const app = join(root, "app");
  mkdirSync(join(app, "lockstep"), { recursive: true });
  const journal = [{ file: "../shared/src/a.ts", after: "a" }];
  const write = () => writeFileSync(join(app, journalFile), JSON.stringify(journal));
  write();
  expect(() => recoverFiles(app)).toThrow(expect.objectContaining({ code: "LS3011" }));
  expect(() => recoverFiles(app, ["../other"])).toThrow(expect.objectContaining({ code: "LS3011" }));
  expect(recoverFiles(app, ["../shared"]).kind).toBe("finished");
  expect(text("shared/src/a.ts")).toBe("a");
  writeFiles(app, [{ file: "../shared/src/a.ts", before: "a", after: "b" }]);
  expect(text("shared/src/a.ts")).toBe("b");
});

test("links inside of the project stay links, also those that lead to nothing yet; a planted temporary file is no way out", () => {
  writeFileSync(join(root, "victim.ts"), "theirs");
  writeFileSync(join(root, "real.ts"), "a");
  symlinkSync("real.ts", join(root, "link.ts"));
  symlinkSync("later.ts", join(root, "early.ts"));
  symlinkSync("victim.ts", join(root, "real.ts.lockstep-tmp"));
  writeFiles(root, [
    { file: "link.ts", before: "a", after: "b" },
    { file: "early.ts", before: undefined, after: "c" },
  ]);
  expect([text("real.ts"), text("later.ts"), text("victim.ts")]).toEqual(["b", "c", "theirs"]);
  expect(["link.ts", "early.ts"].map((file) => lstatSync(join(root, file)).isSymbolicLink())).toEqual([true, true]);
});

test("a model that packages of one repository share is written through its link", () => {
  const app = join(root, "packages/app");
  mkdirSync(join(root, ".git"));
  mkdirSync(join(app, "prisma"), { recursive: true });
  mkdirSync(join(root, "packages/shared"), { recursive: true });
  writeFileSync(join(root, "packages/shared/schema.prisma"), "a");
  symlinkSync("../../shared/schema.prisma", join(app, "prisma/schema.prisma"));
  writeFiles(app, [{ file: "prisma/schema.prisma", before: "a", after: "b" }]);
  expect(text("packages/shared/schema.prisma")).toBe("b");
  expect(lstatSync(join(app, "prisma/schema.prisma")).isSymbolicLink()).toBe(true);
});
