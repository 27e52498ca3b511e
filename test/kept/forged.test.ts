import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findPlanFaults } from "../../core/src/change/release/verify-plans.js";
import type { Plan } from "../../core/src/model/index.js";
import { planText, readPlan } from "../../core/src/plan/plan-file.js";
import { prismaPlugin } from "../../plugin-prisma/src/plugin.js";
import { typeormPlugin } from "../../plugin-typeorm/src/plugin.js";
import { filesIn, type KeptProject, keptReleases, readKept } from "./kept.js";
import { putFiles } from "./project-files.js";

// Each field of plan.json is changed, with a hash that fits: no command takes such a plan, or the field decides nothing that runs.

const root = mkdtempSync(join(tmpdir(), "lockstep-forged-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Fields of which no SQL, no gate and no check of the code is made. */
const harmless: readonly (readonly [field: RegExp, why: string])[] = [
  [/^(?:orm|fingerprint|paceReason|versions\.orm)$/, "words for people"],
  [/^versions\.lockstep$/, "the files are not computed anew then; each still has its hash and can be read"],
  [/^(?:hazards|notices)\./, "words for people"],
  [/\.constraints\./, "what the trigger looks up stands in the file of its unit, which is compared"],
  [/^columns\.#\.(?:notNull|uniqueKeys.*)$/, "the units say it"],
  [/^(?:units|undo\.\w+)\.#\.spec\.(?:columns\.#\.type|index\.method)$/, "the text of its file does not have it"],
  [/^units\.#\.verdict\.locks\./, "the text of its file does not have it"],
  [/^originalModels\./, "shown in the diff of the command that puts them back"],
  [
    /^state\.(?:edits|places|choices|formatted|codeFiles)\./,
    "edits of code, shown in the diff of the command that makes them",
  ],
  [/^units\.#\.id$/, "only the first one of a file names it"],
  [/^state\.undos$/, "one more asks again; one less is LS7032 on a target where something was confirmed since"],
  [/^state\.undo\./, "the text is made of the unit then"],
];

/** The paths of all values of a plan, and of its lists: `["columns", 0, "name"]`. */
function* pathsIn(value: unknown, path: readonly (string | number)[] = []): Generator<readonly (string | number)[]> {
  if (value === null || typeof value !== "object") return void (yield path);
  if (Array.isArray(value) && value.length > 0) yield [...path, "[]"];
  for (const [key, each] of Object.entries(value))
    yield* pathsIn(each, [...path, Array.isArray(value) ? Number(key) : key]);
}

/** Another text, number or truth in this place; of a list, none. */
function forged(plan: Plan, path: readonly (string | number)[]): Plan {
  const copy = structuredClone(plan);
  const isList = path.at(-1) === "[]";
  const way = isList ? path.slice(0, -1) : path;
  let parent = copy as unknown as Record<string | number, unknown>;
  for (const key of way.slice(0, -1)) parent = parent[key] as typeof parent;
  const key = way.at(-1)!;
  const value = parent[key];
  parent[key] = isList ? [] : typeof value === "string" ? `${value}x` : typeof value === "number" ? value + 1 : !value;
  return copy;
}

const newest = keptReleases().at(-1)!;

describe.each([
  ["prisma-postgresql", "expand"],
  ["prisma-postgresql", "contract"],
  ["prisma-mariadb", "expand"],
  ["typeorm-postgresql", "expand"],
  ["typeorm-mariadb", "contract"],
  ["prisma-mariadb", "undone"],
] as const)("%s in %s", (name, phase) => {
  test("every field", async () => {
    const files = filesIn(readKept<KeptProject>(newest, name), phase);
    putFiles(root, files);
    const file = Object.keys(files).find((each) => each.endsWith("/plan.json"))!;
    const plan = readPlan(files[file]!, file);
    const migrations = Object.keys(files)
      .filter((each) => /^(?:prisma|src)\/migrations\/.*\.(?:sql|ts)$/.test(each))
      .sort();
    const plugin = name.startsWith("prisma") ? prismaPlugin : typeormPlugin;
    const faults = () => findPlanFaults(root, migrations, plugin);
    expect(await faults()).toEqual([]);
    const taken: string[] = [];
    let refused = 0;
    for (const path of pathsIn(plan)) {
      const field = path.map((part) => (typeof part === "number" ? "#" : part)).join(".");
      let text: string;
      try {
        text = planText(forged(plan, path));
      } catch {
        // No plan any more: nothing reads it.
        refused += 1;
        continue;
      }
      writeFileSync(join(root, file), text);
      if ((await faults()).length > 0) refused += 1;
      else if (!harmless.some(([known]) => known.test(field))) taken.push(field);
    }
    expect(taken).toEqual([]);
    expect(refused).toBeGreaterThan(150);
  });
});
