import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Files, readCases } from "../support/gallery/case.js";
import { GalleryProject, type Phase, phases, type Released } from "../support/gallery/project.js";
import { type Snapshot, TypeChecker, type TypeProblem } from "../support/gallery/types.js";
import { expectGolden, placeNotes } from "../support/goldens.js";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../..", import.meta.url));

/** What happened to a project in one phase. */
interface Step extends Released {
  readonly before: Files;
  readonly errors: readonly TypeProblem[];
  readonly again: Awaited<ReturnType<GalleryProject["again"]>>;
  readonly undone: Awaited<ReturnType<GalleryProject["undone"]>>;
}

const cases = readCases();
const folder = mkdtempSync(join(tmpdir(), "lockstep-gallery-"));
const steps = new Map<string, readonly Step[]>();
const errorsBefore = new Map<string, readonly TypeProblem[]>();

/**
 * Small projects in the shapes of real ones. What a phase changes and what it leaves to a person stands in `phases.diff`: written by
 * `npm run goldens`, and reviewed. Where it matters what is not edited, the diffs show that as well.
 */
beforeAll(async () => {
  const snapshots = new Map<"before" | Phase, Snapshot[]>();
  const taken = new Map<string, Omit<Step, "errors">[]>();
  for (const about of cases) {
    const { name } = about;
    const root = join(folder, "projects", name);
    mkdirSync(root, { recursive: true });
    const project = new GalleryProject(about, root);
    const files = await project.start();
    const add = (phase: "before" | Phase, now: Files) =>
      snapshots.set(phase, [...(snapshots.get(phase) ?? []), { about, files: now }]);
    add("before", files);
    let before = files;
    for (const phase of phases) {
      const released = await project.release(phase);
      const again = await project.again(phase);
      const undone = await project.undone(phase);
      add(phase, released.files);
      taken.set(name, [...(taken.get(name) ?? []), { ...released, before, again, undone }]);
      before = released.files;
    }
  }
  const types = join(folder, "types");
  mkdirSync(types);
  const checker = new TypeChecker(types);
  const errors = new Map<"before" | Phase, Awaited<ReturnType<TypeChecker["check"]>>>();
  for (const [phase, projects] of snapshots) errors.set(phase, await checker.check(projects));
  for (const { name } of cases) {
    errorsBefore.set(name, errors.get("before")?.get(name) ?? []);
    steps.set(
      name,
      (taken.get(name) ?? []).map((step) => ({ ...step, errors: errors.get(step.phase)?.get(name) ?? [] })),
    );
  }
}, 900_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(cases.map((each) => [each.name, each] as const))("%s", (name, about) => {
  test("each phase changes what is written down, and again nothing", async () => {
    const taken = steps.get(name) ?? [];
    for (const { phase, again } of taken) expect(again, `${phase} again`).toEqual([]);
    await expectGolden(
      about.folder,
      taken.map((step) => ({ name: step.phase, before: step.before, after: step.files, notes: notesOf(step) })),
    );
  });

  test(about.types === false ? "has no types" : "has the types of its ORM", () => {
    for (const { phase, missingTypes } of steps.get(name) ?? [])
      expect(missingTypes === undefined, phase).toBe(about.types !== false);
  });

  test("no phase adds a type error that is not listed as a place", () => {
    expect(errorsBefore.get(name)).toEqual([]);
    const listed = new Set<string>();
    for (const { phase, errors, places } of steps.get(name) ?? []) {
      for (const place of places) listed.add(`${place.file}:${place.line}`);
      expect(
        errors.filter(({ file, line }) => !listed.has(`${file}:${line}`)),
        phase,
      ).toEqual([]);
    }
  });

  test("undo of each phase gives the bytes of the phase before", () => {
    for (const { phase, before, undone } of steps.get(name) ?? []) {
      expect(undone.files, `undo of ${phase}`).toEqual(before);
      expect(undone.places, `undo of ${phase}`).toEqual([]);
    }
  });
});

describe.each(cases.filter(({ staysOptional }) => staysOptional).map(({ name }) => name))("%s", (name) => {
  test.each(phases)("rows with null go through what checks them, after %s", async (phase) => {
    const files = steps.get(name)?.find((step) => step.phase === phase)?.files ?? [];
    const root = mkdtempSync(join(folder, "run-"));
    symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
    for (const { file, text } of files) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    await run(join(repository, "node_modules/.bin/tsx"), ["test/parse.ts"], { cwd: root });
  });
});

test("of a hundred places that look alike those five are edited that list the whole model", () => {
  const [expand, change] = steps.get("hundred-look-alikes") ?? [];
  const edited = [...(expand?.edits ?? []), ...(change?.edits ?? [])].filter(
    ({ transform }) => transform !== "prisma-omit",
  );
  const found = new Set(edited.map(({ file, what }) => `${file}: ${what.replace(", its pattern", "")}`));
  expect([...found].sort()).toEqual([
    "src/people/people.ts: addPerson: data of prisma.person.create",
    "src/people/people.ts: allPeople: select of prisma.person.findMany",
    "src/people/person.row.ts: personRow: copy of Person",
    "src/people/person.view.ts: personView: copy of Person",
    "src/people/person.view.ts: zod object personResponse",
  ]);
});

/** What was ticked, what is left to a person and why, and of how many places nothing is said. */
function notesOf(step: Step): string[] {
  return [
    ...step.chosen.map((key) => `ticked ${key}`),
    ...placeNotes(step),
    ...step.errors.map(({ file, line, text }) => `type error ${file}:${line} · ${text}`),
  ];
}
