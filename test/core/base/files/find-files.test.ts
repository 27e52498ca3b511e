import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findFiles, findFilesSync } from "../../../../core/src/base/files/find-files.js";
import { largest, leftOutText, readTextOrFail, readTextUpTo } from "../../../../core/src/base/files/read-text.js";
import { listFiles } from "../../../../core/src/code/sources/source-files.js";

let top: string;
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), "lockstep-find-")));
});
afterEach(() => rmSync(top, { recursive: true }));

function put(file: string, text = ""): void {
  mkdirSync(dirname(join(top, file)), { recursive: true });
  writeFileSync(join(top, file), text);
}

test("Prisma's default client is no schema of a workspace, wherever the glob starts", async () => {
  for (const name of ["index.d.ts", "schema.prisma"]) put(`node_modules/.prisma/client/${name}`);
  put("packages/db/node_modules/other/schema.prisma");
  put("packages/db/prisma/schema.prisma");
  put("packages/billing/prisma/schema.prisma");
  // As the plugin looks for the schemas of other packages.
  const include = ["../../{*,*/*,*/*/*}/{*,prisma/*,prisma/schema/*}.prisma"];
  const root = join(top, "packages/db");
  expect(await listFiles(root, { include }, ["*.prisma"])).toEqual([
    "../billing/prisma/schema.prisma",
    "prisma/schema.prisma",
  ]);
});

test("a listing ends: in circles of links, at pipes, folders with a file's name, and where there are too many files", async () => {
  put("src/a.ts");
  put("src/folder.ts/b.ts");
  symlinkSync("..", join(top, "src/circle"));
  symlinkSync("/", join(top, "src/disk"));
  execFileSync("mkfifo", [join(top, "src/pipe.ts")]);
  const found = ["src/a.ts", "src/folder.ts/b.ts"];
  expect(await findFiles(top, ["**/*.ts"])).toEqual(found);
  expect(findFilesSync(top, ["**/*.ts"])).toEqual(found);
  await expect(findFiles(top, ["**/*.ts"], { most: 3 })).rejects.toMatchObject({ code: "LS8021", exitCode: 2 });
  expect(() => findFilesSync(top, ["**/*.ts"], { follow: true, most: 100 })).toThrow(
    expect.objectContaining({ code: "LS8021" }),
  );
});

test("a project that stands in node_modules itself is listed", async () => {
  put("node_modules/app/src/a.ts");
  put("node_modules/app/node_modules/b/c.ts");
  expect(await findFiles(join(top, "node_modules/app"), ["**/*.ts"])).toEqual(["src/a.ts"]);
});

test("what is too large, or no file, is not read, and said in one line", () => {
  for (const name of ["a", "b", "c", "d"]) put(`${name}.ts`, " ".repeat(largest.code + 1));
  execFileSync("mkfifo", [join(top, "pipe")]);
  put("small.ts", "1");
  expect(readTextUpTo(join(top, "small.ts"), largest.code)).toBe("1");
  expect(readTextUpTo(join(top, "missing.ts"), largest.code)).toBeUndefined();
  const nameOf = (path: string) => path.slice(top.length + 1);
  expect(leftOutText(nameOf)).toBeUndefined();
  for (const name of ["pipe", "a.ts", "b.ts", "c.ts", "d.ts"])
    expect(readTextUpTo(join(top, name), largest.code)).toBeUndefined();
  expect(leftOutText(nameOf)).toBe(
    "Not read: pipe (no regular file), a.ts (2 MB), b.ts (2 MB), and 2 more. The limits are: code 2 MB, SQL 8 MB, other documents 0.5 MB, all together 128 MB",
  );
  expect(leftOutText(nameOf)).toBeUndefined();
  expect(() => readTextOrFail(join(top, "a.ts"), largest.schema)).toThrow(expect.objectContaining({ code: "LS8022" }));
  expect(() => readTextOrFail(join(top, "missing.ts"), largest.schema)).toThrow(/ENOENT/);
});
