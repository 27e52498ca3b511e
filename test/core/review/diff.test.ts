import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { attempt } from "../../../core/src/base/expected-errors.js";
import { prefixInRepository } from "../../../core/src/base/files/git.js";
import { dryRun } from "../../../core/src/cli/dry-run.js";
import type { FileChange } from "../../../core/src/model/index.js";
import { colorsFor } from "../../../core/src/review/colors.js";

const top = realpathSync(mkdtempSync(join(tmpdir(), "lockstep-patch-")));
afterAll(() => rmSync(top, { recursive: true, force: true }));

/** A line, and how it ends: empty ones, those that look like parts of a patch, and control characters among them. */
const line = fc.oneof(
  fc.constantFrom("", " ", "a", "b", "  }", "-- a", "--- a/x", "+++ b/x", "@@ -1 +1 @@", "diff --git a/x b/x"),
  fc.constantFrom("é €", "\u202e", "\u001b[31m", "\r", "\ufeffx", "\\ No newline at end of file"),
);
const text = fc
  .tuple(fc.array(fc.tuple(line, fc.constantFrom("\n", "\r\n")), { maxLength: 14 }), fc.option(fc.constant("last")))
  .map(([lines, last]) => lines.map((parts) => parts.join("")).join("") + (last ?? ""));
const name = fc
  .array(fc.constantFrom("a", "b c", "d ", " e", "ü", "日本", 'q"', "back\\slash", "tab\t", "\u202e", "[id]", "-"), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => parts.join("/"));
const change = fc
  .record({ file: name, before: fc.option(text, { nil: undefined }), after: fc.option(text, { nil: undefined }) })
  .filter(({ before, after }) => before !== after);
/** A file is no folder. */
const changes = fc
  .uniqueArray(change, { selector: ({ file }) => file, minLength: 1, maxLength: 6 })
  .filter((all) => !all.some((a) => all.some((b) => b.file.startsWith(`${a.file}/`))));

test("git apply accepts every patch, in the root and below it, and makes the texts that were to be", () => {
  let runs = 0;
  fc.assert(
    fc.property(changes, fc.constantFrom("", "packages/d b/"), fc.boolean(), (all, folder, isAtTop) => {
      const repository = join(top, `${runs++}`);
      const root = join(repository, folder);
      write(root, all, "before");
      execFileSync("git", ["init", "--quiet"], { cwd: repository });
      expect(prefixInRepository(root)).toBe(folder);
      const { patch } = dryRun(all, root, colorsFor(false));
      const answer = `Plan of today\n\n${patch}To be made (--dry-run): 1\n+ a line of a list\n\nNext   npx lockstep code\n`;
      const at = { cwd: isAtTop ? repository : root, input: answer, stdio: "pipe" } as const;
      execFileSync("git", ["apply", "--check"], at);
      execFileSync("git", ["apply"], at);
      for (const { file, after } of all)
        expect(
          attempt(
            () => read(root, file),
            () => true,
          ),
        ).toBe(after);
      rmSync(repository, { recursive: true });
    }),
    {
      numRuns: 60,
      examples: [
        // Folders that end with a space, and nothing in the files that says their names again.
        [
          [
            { file: "d /a", before: undefined, after: "" },
            { file: "a", before: "", after: undefined },
          ],
          "",
          false,
        ],
      ],
    },
  );
}, 120_000);

test("outside of a repository the patch is for the project's folder", () => {
  const root = join(top, "alone");
  write(root, [{ file: "src/a b.ts", before: "a", after: "b" }], "before");
  expect(dryRun([{ file: "src/a b.ts", before: "a", after: "b" }], root, colorsFor(false)).patch).toBe(
    [
      "diff --git a/src/a b.ts b/src/a b.ts",
      "--- a/src/a b.ts\t",
      "+++ b/src/a b.ts\t",
      "@@ -1,1 +1,1 @@",
      "-a",
      "\\ No newline at end of file",
      "+b",
      "\\ No newline at end of file",
      "",
    ].join("\n"),
  );
});

function write(root: string, all: readonly FileChange[], side: "before" | "after"): void {
  mkdirSync(root, { recursive: true });
  for (const { file, [side]: content } of all) {
    if (content === undefined) continue;
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  }
}

function read(root: string, file: string): string {
  return readFileSync(join(root, file), "utf8");
}
