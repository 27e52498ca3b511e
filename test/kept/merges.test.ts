import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { LockstepError } from "../../core/src/base/errors.js";
import { contradictions, headerOf } from "../../core/src/plan/contradictions.js";
import { planText, readPlan } from "../../core/src/plan/plan-file.js";
import { readPlans, verifyUnits } from "../../core/src/plan/store.js";
import { run } from "../support/run.js";
import {
  type Files,
  filesIn,
  type KeptPhase,
  type KeptProject,
  keptPhases,
  keptProjects,
  keptReleases,
  readKept,
} from "./kept.js";
import { filesOf, putFiles } from "./project-files.js";

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

/** How the message on files that are missing or changed, or on migrations of another side, restores them. */
function restoring(folder: string): string | undefined {
  const { plans } = readPlans(folder);
  try {
    verifyUnits(folder, plans[0]!);
  } catch (error) {
    return (error as LockstepError).hint;
  }
  return contradictions({ root: folder, migrations: migrationsIn(filesOf(folder)), plans, damaged: [] })[0]?.next;
}

const newest = keptReleases().at(-1)!;

describe.each(keptProjects(newest))("%s", (name) => {
  const project = readKept<KeptProject>(newest, name);
  const expanded = filesIn(project, "expand");
  const id = Object.keys(expanded).flatMap((file) => /^lockstep\/([^/]+)\/plan\.json$/.exec(file)?.[1] ?? [])[0]!;
  const planFile = `lockstep/${id}/plan.json`;
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

  test.each([
    ["switch", "contract"],
    ["contract", "switch"],
    ["contract", "undone"],
  ] as const)("git cannot merge %s with %s: either side is taken as the message prints it", async (ours, theirs) => {
    const folder = mkdtempSync(join(tmpdir(), "lockstep-sides-"));
    const git = (...args: string[]) =>
      run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: folder });
    // Each side writes another line of plan.json, so that git cannot choose.
    const commit = async (phase: KeptPhase, versions: string) => {
      const files = filesIn(project, phase);
      const plan = readPlan(files[planFile]!, planFile);
      const text = planText({ ...plan, versions: { ...plan.versions, lockstep: versions } });
      putFiles(folder, { ...files, [planFile]: text });
      await git("add", "-A");
      await git("commit", "-q", "-m", phase);
    };
    const fault = () => readPlans(folder).damagedPlans[0]?.error as LockstepError | undefined;
    await git("init", "-q", "-b", "main");
    await commit("expand", "0.1.0");
    await git("checkout", "-q", "-b", "theirs");
    await commit(theirs, "0.1.1");
    await git("checkout", "-q", "-b", "ours", "main");
    await commit(ours, "0.1.2");
    for (const [how, side] of [
      ["merge", ours],
      ["merge", theirs],
      ["cherry-pick", theirs],
      // The commit that is being moved is the other side.
      ["rebase", ours],
    ] as const) {
      await git("checkout", "-q", "-f", "-B", "tried", "ours");
      await git(how, "theirs");
      expect(fault()?.message).toMatch(/plan\.json:\d+: git's conflict markers are in the file/);
      const { hint } = fault()!;
      await git("checkout", "--ours", "--", planFile);
      // The pending files and the migrations are still those of the merge.
      if (how === "merge" && ours === "switch") expect(restoring(folder)).toBe(hint);
      const commands = hint.match(/git restore .*/g)!;
      expect(commands).toHaveLength(2);
      const isOther = how === "rebase" || side === theirs;
      const taken = await run("/bin/sh", ["-c", commands[isOther ? 1 : 0]!], { cwd: folder });
      expect(taken.code, taken.output).toBe(0);
      const files = filesOf(folder);
      const wanted = filesIn(project, side);
      const names = (all: Files) =>
        Object.keys(all).filter((file) => isOfPlan(file) || migrationsIn(all).includes(file));
      expect(names(files)).toEqual(names(wanted).sort());
      expect(faultsOf(files)).toEqual([]);
      const { stdout } = await git("diff", "--name-only", "--diff-filter=U");
      expect(stdout).not.toMatch(/^(?:lockstep|\w+\/migrations)\//m);
      await git(how, "--abort");
    }
    // Without a merge under way.
    await git("checkout", "-q", "-f", "-B", "tried", "ours");
    const [held] = Object.keys(filesOf(folder)).filter((file) => file.includes("/held/"));
    if (held !== undefined) {
      rmSync(join(folder, held));
      expect(restoring(folder)).toBe(`git checkout HEAD -- ${held}`);
    }
    writeFileSync(join(folder, planFile), "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> theirs\n");
    expect(fault()?.hint).toContain(`git log --all -- ${planFile}`);
    rmSync(folder, { recursive: true, force: true });
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
