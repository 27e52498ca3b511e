import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const { nearTests } = await import(new URL("../../scripts/related-tests.mjs", import.meta.url).href);
const { chooseLongProofs, parts } = await import(new URL("../../scripts/long-proofs.mjs", import.meta.url).href);
const root = fileURLToPath(new URL("../..", import.meta.url));
const filesIn = (folder: string) => readdirSync(root + folder).map((name) => `${folder}/${name}`);
const goldens = ["test/plugin-prisma/codemods/cases.test.ts", "test/plugin-typeorm/codemods/cases.test.ts"];

test.each([
  ["a rule", "core/src/rules/add-column-backfill.ts", ["test/core/rules/add-column-backfill.test.ts"]],
  ["what both ORMs' code edits share", "core/src/code/index.ts", goldens],
  ["a code edit", "plugin-prisma/src/codemods/writes/create-data.ts", goldens.slice(0, 1)],
  ["a check that databases tell about", "core/src/gates/backfill-done.ts", ["test/database/gates/gates.test.ts"]],
  ["a case", "test/plugin-prisma/codemods/fixtures/zod-strict/before.ts", goldens.slice(0, 1)],
  [
    "entities of a case",
    "test/plugin-typeorm/entities/fixtures/bare/before/user.ts",
    ["test/plugin-typeorm/entities/edit.test.ts"],
  ],
  ["a project of the gallery", "test/scenarios/code/barrels/case.json", ["test/scenarios/code.test.ts"]],
])("what is near to %s", (_, file, expected) => {
  expect(nearTests(file)).toEqual(expect.arrayContaining(expected));
});

test("every rule has tests near to it, and few", () => {
  for (const file of filesIn("core/src/rules").filter((each) => each.endsWith(".ts"))) {
    const { length } = nearTests(file);
    expect({ file, isFew: length > 0 && length < 40 }).toEqual({ file, isFew: true });
  }
});

type Chosen = { readonly run: string[]; readonly left: Record<string, string[]> };
const allTurns = Array.from({ length: parts as number }, (_, turn) => turn);
const filesOf = ({ run, left }: Chosen) => [...run, ...Object.values(left).flat()].sort();

test("in its turns CI runs every long proof once", async () => {
  const turns: Chosen[] = await Promise.all(allTurns.map((turn) => chooseLongProofs([], turn)));
  const all = turns.map(filesOf);
  expect(all[0]).toContain("test/packed/prisma.test.ts");
  expect(turns.flatMap(({ run }) => run).sort()).toEqual(all[0]);
  expect(all[1]).toEqual(all[0]);
});

test("a run of CI adds the long proofs near to the change", async () => {
  const file = "test/docs/recipes.test.ts";
  const turns: Chosen[] = await Promise.all(allTurns.map((turn) => chooseLongProofs(["docs/recipes.md"], turn)));
  expect(turns.map(({ run }) => run.includes(file))).toEqual(allTurns.map(() => true));
});
