import {
  existsSync,
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
import { LockstepError } from "../../../../core/src/base/errors.js";
import { outputFile } from "../../../../core/src/base/files/output-file.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lockstep-output-"));
  mkdirSync(join(folder, "taken"));
  writeFileSync(join(folder, "file"), "before");
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ["missing/x.html", /ENOENT/],
  ["taken", /it is a folder/],
  ["file/x.html", /its folder is a file/],
  [`${"x".repeat(300)}.html`, /ENAMETOOLONG/],
])("%s is refused, and nothing is written", (name, why) => {
  const write = () => outputFile(folder, name, "--out").write("after");
  expect(write).toThrow(LockstepError);
  expect(write).toThrow(why);
  expect(write).toThrow(expect.objectContaining({ code: "LS8016", hint: "Name another file with --out" }));
  expect(readdirSync(folder).sort()).toEqual(["file", "taken"]);
  expect(readFileSync(join(folder, "file"), "utf8")).toBe("before");
});

test("a file is replaced as a whole, a link stays one, and a device is written to", () => {
  outputFile(folder, "file", "--out").write("after");
  symlinkSync("file", join(folder, "link"));
  outputFile(folder, "link", "--out").write("through the link");
  expect(readFileSync(join(folder, "file"), "utf8")).toBe("through the link");
  outputFile(folder, "/dev/null", "--out").write("gone");
  expect(readdirSync(folder).sort()).toEqual(["file", "link", "taken"]);
});

test("folders are made only where the option says so", () => {
  outputFile(folder, "made/by/us", "--output", true).write("text");
  expect(existsSync(join(folder, "made/by/us"))).toBe(true);
});
