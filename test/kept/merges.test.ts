import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { LockstepError } from "../../core/src/base/errors.js";
import { contradictions, headerOf } from "../../core/src/plan/contradictions.js";
import { readPlans, verifyUnits } from "../../core/src/plan/store.js";
import { type Files, filesIn, type KeptProject, keptPhases, keptProjects, keptReleases, readKept } from "./kept.js";
import { putFiles } from "./project-files.js";

// Two branches move one plan, and a merge takes each file from either side. Afterwards plan.json and the migrations are those of one phase,
// or what contradicts is named.

const root = mkdtempSync(join(tmpdir(), "lockstep-merges-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What stands against the plans of these files. */
function faultsOf(files: Files): string[] {
  putFiles(root, files);
  const { plans, damagedPlans } = readPlans(root);
  const migrations = migrationsIn(files);
  const changed = plans.flatMap((plan) => {
    try {
      verifyUnits(root, plan);
      return [];
    } catch (error) {
      return [(error as LockstepError).message];
    }
  });
  const found = contradictions({ root, migrations, plans, damaged: damagedPlans.map(({ id }) => id) });
  return [...damagedPlans.map(({ error }) => error.message), ...changed, ...found.map(({ what }) => what)];
}

const migrationsIn = (files: Files) =>
  Object.keys(files)
    .filter((file) => /^(?:prisma|src)\/migrations\/.*\.(?:sql|ts)$/.test(file))
    .sort();

const newest = keptReleases().at(-1)!;

describe.each(keptProjects(newest))("%s", (name) => {
  const project = readKept<KeptProject>(newest, name);
  const expanded = filesIn(project, "expand");
  const id = Object.keys(expanded).flatMap((file) => /^lockstep\/([^/]+)\/plan\.json$/.exec(file)?.[1] ?? [])[0]!;
  const isOfPlan = (file: string) => file.startsWith(`lockstep/${id}/`) || / undo|contract/.test(file);
  const first = migrationsIn(expanded)[0]!;
  const isMerged = (file: string) => file !== first && (isOfPlan(file) || /\/migrations\/.*\.(?:sql|ts)$/.test(file));
  const before = Object.fromEntries(Object.entries(expanded).filter(([file]) => !isMerged(file)));
  const states = { before, ...Object.fromEntries(keptPhases.map((phase) => [phase, filesIn(project, phase)])) };

  test.each(Object.entries(states))("nothing stands against %s as it was written", (_, files) => {
    expect(faultsOf(files)).toEqual([]);
  });

  /** Whether both halves are those of one phase; what is left beside the plan of another one harms nobody. */
  function isConsistent(files: Files): boolean {
    const migrations = migrationsIn(files);
    const text = files[`lockstep/${id}/plan.json`];
    if (text === undefined) {
      const left = Object.keys(files).filter((file) => /^lockstep\/[^/]+\/(?:held|undo|original)/.test(file));
      const named = migrations.filter((file) => headerOf(files[file]!) !== undefined);
      // Whoever removed the folder of a plan that is done has tidied up.
      return (
        left.length === 0 && (named.length === 0 || `${migrations}` === `${migrationsIn(filesIn(project, "contract"))}`)
      );
    }
    return keptPhases.some((phase) => {
      const state = filesIn(project, phase);
      const beside = Object.keys(state).filter((file) => /^lockstep\/[^/]+\/(?:held|undo)\//.test(file));
      return (
        text === state[`lockstep/${id}/plan.json`] &&
        `${migrations}` === `${migrationsIn(state)}` &&
        [...migrations, ...beside].every((file) => files[file] === state[file])
      );
    });
  }

  test("no merge of two branches leaves one half without the other and says nothing", () => {
    const branch = fc.constantFrom(...Object.keys(states));
    const side = fc.constantFrom("ours", "theirs", "both", "neither");
    const seen = { consistent: 0, refused: 0 };
    fc.assert(
      fc.property(branch, branch, fc.infiniteStream(side), (one, other, sides) => {
        const [ours, theirs] = [states[one as keyof typeof states]!, states[other as keyof typeof states]!];
        const merged: Record<string, string> = {};
        for (const file of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
          const isSame = ours[file] === theirs[file];
          const { value: taken } = isSame ? { value: "ours" } : sides.next();
          const text = taken === "ours" ? ours[file] : taken === "theirs" ? theirs[file] : (ours[file] ?? theirs[file]);
          if (text !== undefined && taken !== "neither") merged[file] = text;
        }
        const faults = faultsOf(merged);
        const consistent = isConsistent(merged);
        seen[consistent ? "consistent" : "refused"] += 1;
        expect({ faults, isTold: faults.length > 0 }).toMatchObject({ isTold: !consistent });
      }),
      { numRuns: 300, seed: 46 },
    );
    expect(seen.consistent).toBeGreaterThan(20);
    expect(seen.refused).toBeGreaterThan(20);
  });

  test("a history that was squashed into one migration is none", () => {
    for (const phase of keptPhases) {
      const files = filesIn(project, phase);
      const left = Object.fromEntries(Object.entries(files).filter(([file]) => !migrationsIn(files).includes(file)));
      const squashed = migrationsIn(files)
        .map((file) => files[file]!)
        .filter((text) => headerOf(text) === undefined)
        .join("\n");
      expect(faultsOf({ ...left, [first]: `${squashed}\n-- "handle"` })).toEqual([]);
      expect(faultsOf({ ...left, [first]: files[first]! }), phase).toHaveLength(phase === "undone" ? 0 : 1);
    }
  });
});
