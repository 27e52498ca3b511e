import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { coreTransforms } from "../../../core/src/codemods/index.js";
import type { CodeIntent } from "../../../core/src/model/index.js";
import { planVerifiedEdits } from "../../../core/src/release/verified-edits.js";
import { shopModels } from "../../plugin-prisma/codemods/phases.js";
import { chooseAll } from "../../support/choices.js";

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

const project = {
  "tsconfig.json": JSON.stringify({ compilerOptions: { strict: true, module: "esnext", moduleResolution: "bundler" } }),
};

/** The reads of `handle`, filled by `lower(email)`, with everything chosen that is offered. */
async function switchAll(files: Readonly<Record<string, string>>, others: Readonly<Record<string, string>> = project) {
  const root = mkdtempSync(join(tmpdir(), "lockstep-verified-"));
  roots.push(root);
  for (const [file, text] of Object.entries({ ...others, ...files })) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const intent: CodeIntent = {
    kind: "read",
    model: "User",
    field: "handle",
    value: { kind: "sql", sql: "lower(email)" },
  };
  const sources = Object.keys(files).map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));
  const request = {
    root,
    files: sources,
    models: shopModels(),
    intents: [intent],
    transforms: coreTransforms,
    earlier: [],
  };
  return planVerifiedEdits(request, chooseAll, { generated: [], edited: [] });
}

test("what would not compile is listed with the compiler's words; the rest is edited", async () => {
  const result = await switchAll({
    "src/views.ts":
      "export interface Named { id: number; email: string; name: string }\nexport interface Labelled { id: number; email: string; name: string }\n",
    // The spread is not known to lack it: only a compiler sees that.
    "src/names.ts":
      'import type { Named } from "./views";\nconst rest = { name: "x" };\nexport const named: Named = { id: 1, email: "a@x.com", ...rest };\n',
  });
  expect(result.changes.map(({ file, after }) => [file, after])).toEqual([
    [
      "src/views.ts",
      "export interface Named { id: number; email: string; name: string }\nexport interface Labelled { id: number; email: string; name: string; handle: string | null }\n",
    ],
  ]);
  expect(result.places.map(({ file, line, kind, reason }) => [file, line, kind, reason])).toEqual([
    [
      "src/views.ts",
      1,
      "likely",
      expect.stringMatching(
        /^chosen, but it would not compile \(src\/names\.ts:3 TS2741: Property 'handle' is missing/,
      ),
    ],
  ]);
  expect(result.unchecked).toBeUndefined();
});

test("errors that were there before are nobody's", async () => {
  const result = await switchAll({
    "src/views.ts":
      "export interface Named { id: number; email: string; name: string }\nexport const broken: number = 'x';\n",
  });
  expect(result.edits.map(({ text }) => text)).toEqual(["handle: string | null"]);
});

test("without a tsconfig the edits are made, and it is said that they were not checked", async () => {
  const views = "export interface Named { id: number; email: string; name: string }\n";
  const result = await switchAll({ "src/views.ts": views }, {});
  expect(result.edits).toHaveLength(1);
  expect(result.unchecked).toMatch(/tsconfig/);
});

test("what was not tried in the end is left out, not taken for right", async () => {
  const names = Array.from({ length: 14 }, (_, at) => `Named${at}`);
  const shape = "{ id: number; email: string; name: string }";
  const result = await switchAll({
    "src/views.ts": names.map((name) => `export interface ${name} ${shape}\n`).join(""),
    "src/names.ts": [
      `import type { ${names.join(", ")} } from "./views";`,
      'const rest = { name: "x" };',
      ...names.map((name, at) => `export const named${at}: ${name} = { id: 1, email: "a@x.com", ...rest };`),
    ].join("\n"),
  });
  expect(result.changes).toEqual([]);
  expect(result.places.filter(({ reason }) => reason.startsWith("chosen, but it would not compile"))).toHaveLength(14);
});
