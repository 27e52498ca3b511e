import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { unfoundedParts } from "../../core/src/plan/derived.js";
import { phasesOf } from "../../core/src/plan/phases.js";
import { planText, readPlan } from "../../core/src/plan/plan-file.js";
import { listPlans, verifyUnits } from "../../core/src/plan/store.js";
import {
  filesIn,
  type KeptProject,
  keptPhases,
  keptProjects,
  keptReleases,
  type ReleaseVersions,
  readKept,
  versionsNow,
} from "./kept.js";
import { putFiles } from "./project-files.js";

// Any release reads the plans of all releases since 0.1.0, as their repositories have them.

const root = mkdtempSync(join(tmpdir(), "lockstep-kept-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const kept = keptReleases().flatMap((release) => keptProjects(release).map((name) => ({ release, name })));

describe.each(kept)("$name of $release", ({ release, name }) => {
  test.each(keptPhases)("%s", async (phase) => {
    putFiles(root, filesIn(readKept<KeptProject>(release, name), phase));
    const [plan, ...others] = listPlans(root);
    expect(others).toEqual([]);
    expect(plan).toMatchObject({ orm: name.split("-")[0], state: { released: phase } });
    verifyUnits(root, plan!);
    expect(await unfoundedParts(plan!)).toEqual([]);
    expect(phasesOf(plan!)).toEqual(["expand", "backfill", "switch", "contract"]);
    // What is written of it today can be read again.
    expect(readPlan(planText(plan!), "plan.json")).toEqual(plan);
  });
});

describe("versions", () => {
  const versions = keptReleases().map((release) => ({ release, ...readKept<ReleaseVersions>(release, "versions") }));

  test("what this version writes is kept", () => {
    const newest = versions.at(-1);
    const { release: _, ...written } = newest!;
    const way = `Plans or ledgers are written in another form than releases/${newest?.release} has. Is that one not published yet: npm run keep -- ${newest?.release}. Else raise the version (CONTRIBUTING.md, "Releases"), and npm run keep`;
    expect(versionsNow(), way).toEqual(written);
  });

  test("a plan that may hold something else has another version", () => {
    for (const [at, { plan, planShape, ledger }] of versions.entries()) {
      const before = versions[at - 1];
      if (before === undefined) continue;
      expect(plan).toBe(before.planShape === planShape ? before.plan : before.plan + 1);
      expect(ledger).toBeGreaterThanOrEqual(before.ledger);
    }
  });

  test("every release in the changelog is kept, with each ORM on each family of databases", () => {
    const changelog = readFileSync(new URL("../../CHANGELOG.md", import.meta.url), "utf8");
    const released = [...changelog.matchAll(/^## (\S+)$/gm)].map(([, version]) => version).reverse();
    expect(keptReleases().filter((release) => release !== "next")).toEqual(released);
    const each = ["prisma-mariadb", "prisma-postgresql", "typeorm-mariadb", "typeorm-postgresql"];
    for (const release of keptReleases()) expect(keptProjects(release)).toEqual(each);
  });
});
