import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { whySkipped } from "../../../../core/src/code/explain/skipped-file.js";
import { readSources } from "../../../../core/src/code/sources/source-files.js";
import { readSource } from "../../../../core/src/code/sources/source-text.js";
import { unreadFiles } from "../../../../core/src/code/sources/unread-files.js";

let root: string;
let outside: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lockstep-unread-"));
  outside = mkdtempSync(join(tmpdir(), "lockstep-outside-"));
});
afterEach(() => {
  for (const folder of [root, outside]) rmSync(folder, { recursive: true, force: true });
});

const code = "await prisma.user.create({ data: { name: 'Zoë' } });\n";
const put = (file: string, content: string | Buffer) => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), content);
};
const wide = (text: string, mark = "\ufeff") => Buffer.from(mark + text, "utf16le");
const names = (text: string) => text.includes("user.create");

test("what cannot be read is named, with why; its text is looked at as far as it can be made out", async () => {
  put("src/fine.ts", code);
  put("src/marked.ts", `\ufeff${code}`);
  put("src/latin.ts", Buffer.from(code, "latin1"));
  put("src/other.ts", Buffer.from("export const ö = 1;\n", "latin1"));
  put("src/wide.ts", wide(code));
  put("src/big-endian.ts", wide(code).swap16());
  put("src/unmarked.ts", wide(code, ""));
  put("src/video.ts", Buffer.from([0x47, 0x40, 0x11, 0x10, 0, 0x42, 0xf0, 0x25, 0, 1, 0xc1, 0x80, 0x81]));
  put("node_modules/x/latin.ts", Buffer.from(code, "latin1"));
  symlinkSync("latin.ts", join(root, "src/inner.ts"));
  symlinkSync("nowhere.ts", join(root, "src/dangling.ts"));
  writeFileSync(join(outside, "theirs.ts"), code);
  symlinkSync(join(outside, "theirs.ts"), join(root, "src/link.ts"));
  symlinkSync(outside, join(root, "src/shared"));

  const read = await readSources(root, {}, names);
  expect(read.map(({ file }) => file)).toEqual(["src/fine.ts", "src/marked.ts"]);
  expect(read[1]?.text).toBe(`\ufeff${code}`);

  const unread = await unreadFiles(root, {});
  expect(Object.fromEntries(unread.map(({ file, why, matters }) => [file, [why, matters(names)]]))).toEqual({
    "src/latin.ts": ["is not UTF-8", true],
    "src/other.ts": ["is not UTF-8", false],
    "src/wide.ts": ["is UTF-16, not UTF-8", true],
    "src/big-endian.ts": ["is UTF-16, not UTF-8", true],
    "src/unmarked.ts": ["is UTF-16, not UTF-8", true],
    "src/video.ts": [expect.stringMatching(/is binary|is not UTF-8/), false],
    "src/link.ts": ["is a link that leads out of the project", true],
    "src/shared": ["is a link that leads out of the project, to a folder with 1 files of code", true],
  });
  // A folder of the setting code.roots is part of the project, and so is what a link to it leads to.
  expect((await unreadFiles(root, { roots: [outside] })).map(({ file }) => file)).not.toContain("src/shared");
  const excluded = await unreadFiles(root, { exclude: ["src"] });
  expect(excluded).toEqual([]);
});

test("a file that cannot be opened may have anything in it", () => {
  const read = readSource(root);
  expect("why" in read && [read.why, read.guess()]).toEqual(["is no regular file", undefined]);
});

test.each([
  ["latin.ts", /^is not UTF-8, so Lockstep does not edit it\. .*contract requires your confirmation$/],
  ["wide.ts", /^is UTF-16, not UTF-8, so Lockstep does not edit it/],
  ["link.ts", /^is outside the project, behind a link, .*contract requires your confirmation$/],
  ["shared/theirs.ts", /^is outside the project, behind a link/],
  ["inner.ts", /^is a link: what it leads to is edited, once, as latin\.ts$/],
])("--explain says of %s why it is not edited", async (file, why) => {
  put("latin.ts", Buffer.from(code, "latin1"));
  put("wide.ts", wide(code));
  writeFileSync(join(outside, "theirs.ts"), code);
  symlinkSync(join(outside, "theirs.ts"), join(root, "link.ts"));
  symlinkSync(outside, join(root, "shared"));
  symlinkSync("latin.ts", join(root, "inner.ts"));
  expect(await whySkipped(root, file, { include: [], excludes: [] })).toMatch(why);
});

test.each([
  ["src/users.ts", /^names the model or its fields/],
  ["src/other.ts", /^names neither the model/],
  ["app/(shop)/[id]/page.ts", /^names the model/],
  ["app/.server/users.ts", /^is not read, because \.server begins with a dot: name it in code\.include$/],
  ["src/users.js", /^is compiled from the TypeScript file next to it/],
  ["../web/src/users.ts", /^names the model/],
  ["../web/node_modules/x/users.ts", /^is never edited: dependencies/],
  ["../web/old/users.ts", /^is excluded by code\.exclude/],
  ["../tools/users.ts", /^is outside the folders that are read \(\., \.\.\/web\): add its package to code\.roots$/],
  ["docs/users.md", /^is neither code nor a schema/],
])("--explain says of %s what is true of it", async (file, why) => {
  const packages = join(outside, "db");
  for (const each of [file, "src/users.ts"]) {
    mkdirSync(dirname(join(packages, each)), { recursive: true });
    writeFileSync(join(packages, each), each.includes("other") ? "export const one = 1;\n" : code);
  }
  const excludes = [{ globs: ["**/old/**"], text: "is excluded by code.exclude" }];
  expect(await whySkipped(packages, file, { include: [], excludes, roots: ["../web"], matters: names })).toMatch(why);
});
