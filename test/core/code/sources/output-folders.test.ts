import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { sourcesMention } from "../../../../core/src/base/files/mentions.js";
import { whySkipped } from "../../../../core/src/code/explain/skipped-file.js";
import { listSources } from "../../../../core/src/code/sources/source-files.js";

/** A marketplace has vendors, an insurer coverage, a CI service builds: modules of the app. */
const own = ["packages/z/src/build/build.ts", "src/coverage/coverage.js", "src/vendor/vendor.service.ts"];
/** Read, and the folder that says that it is output; none where git says it. */
const output: Readonly<Record<string, string | undefined>> = {
  "dist/a.js": "dist/**",
  "vendors/shop/a.ts": "vendors/**",
  "packages/z/build/a.ts": "packages/z/build/**",
  "packages/z/dist/src/vendor/a.ts": "packages/z/dist/**",
  "public/build/a.js": undefined,
};

const root = mkdtempSync(join(tmpdir(), "lockstep-output-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
for (const file of ["package.json", "packages/z/package.json", ".gitignore", ...own, ...Object.keys(output)]) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), file === ".gitignore" ? "public/build\n" : own.includes(file) ? "// own" : "{}");
}
execFileSync("git", ["init", "-q"], { cwd: root });

test("a folder is output beside a package.json, or because git ignores it", async () => {
  expect(await listSources(root, {})).toEqual(own);
  expect(await sourcesMention(root, /own/, [])).toBe(true);
  expect(await sourcesMention(root, /\{\}/, ["public"])).toBe(false);
});

test.each(Object.entries(output))("why %s is not read is said", async (file, folder) => {
  const why = await whySkipped(root, file, { include: [], excludes: [] });
  expect(why).toContain(
    folder === undefined
      ? "is ignored by git"
      : `build output, declarations, migrations and the configuration are not (${folder})`,
  );
});

test.each(own)("%s is read", async (file) => {
  expect(await whySkipped(root, file, { include: [], excludes: [] })).toContain("names neither the model");
});
