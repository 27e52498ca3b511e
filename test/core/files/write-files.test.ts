import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { journalFile, recoverFiles, settleFiles, writeFiles } from "../../../core/src/files/write-files.js";
import type { FileChange } from "../../../core/src/model/index.js";

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
    expect(recoverFiles(root).kind).toBe(written === changes.length ? "none" : "finished");
    expect(changes.map((change) => text(change.file))).toEqual(changes.map((change) => change.after));
    expect(recoverFiles(root)).toEqual({ kind: "none" });
  },
);

test("somebody's work in between is never overwritten: LS3009 names both sides", () => {
  start();
  writeFiles(root, [{ file: "x", before: undefined, after: "" }]);
  writeFiles(root, changes.slice(0, 1));
  writeFileSync(join(root, "held.sql"), "edited meanwhile");
  rmSync(join(root, "lockstep"), { recursive: true, force: true });
  writeFiles(root, [{ file: "lockstep/x", before: undefined, after: "" }]);
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
