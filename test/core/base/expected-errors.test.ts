import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  attempt,
  ignoring,
  isCommandFailure,
  isNoBug,
  isNotInstalled,
  isSyntaxError,
  isUnreadable,
  isUriError,
} from "../../../core/src/base/expected-errors.js";

const folder = mkdtempSync(join(tmpdir(), "lockstep-expected-"));
writeFileSync(join(folder, "file"), "text");
const run = (...args: string[]) => execFileSync(process.execPath, args, { stdio: "pipe", maxBuffer: 1000 });

test.each([
  ["no file", isUnreadable, () => readFileSync(join(folder, "none"))],
  ["a folder", isUnreadable, () => readFileSync(folder)],
  ["a file on the way", isUnreadable, () => readFileSync(join(folder, "file/none"))],
  ["no module", isNotInstalled, () => createRequire(join(folder, "file")).resolve("none")],
  ["no JSON", isSyntaxError, () => JSON.parse("{")],
  ["no encoding", isUriError, () => decodeURIComponent("%")],
  ["no command", isCommandFailure, () => execFileSync(join(folder, "none"))],
  ["a command that fails", isCommandFailure, () => run("--eval", "process.exit(3)")],
])("%s is expected", (_, isExpected, call) => {
  expect(attempt(call, isExpected)).toBeUndefined();
});

test.each([
  ["a function that is missing", isUnreadable],
  ["a function that is missing", isNotInstalled],
  ["a function that is missing", isSyntaxError],
  ["a function that is missing", isCommandFailure],
  ["a function that is missing", isNoBug],
])("%s is thrown on: %o", async (_, isExpected) => {
  const missing = {} as { call(): void };
  expect(() => attempt(() => missing.call(), isExpected)).toThrow(TypeError);
  await expect((async () => missing.call())().catch(ignoring(isExpected))).rejects.toThrow(TypeError);
});

test("output that is too long is no failure of the command, and a machine without file handles no missing file", () => {
  expect(() => attempt(() => run("--eval", "console.log('x'.repeat(5000))"), isCommandFailure)).toThrow(/ENOBUFS/);
  expect(isUnreadable(Object.assign(new Error("too many open files"), { code: "EMFILE" }))).toBe(false);
});
