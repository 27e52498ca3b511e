import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTwoFilesPatch } from "diff";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Files, readCases } from "../support/gallery/case.js";
import { GalleryProject, type Phase, phases, type Released } from "../support/gallery/project.js";
import { type Snapshot, TypeChecker, type TypeProblem } from "../support/gallery/types.js";

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
 * Small projects in the shapes of real ones. What a phase changes stands in `<phase>.diff`, what it leaves to a person in
 * `places.txt`: written by `vitest -u`, and reviewed. Where it matters what is not edited, the diffs show that as well.
 */
beforeAll(async () => {
  const snapshots = new Map<"before" | Phase, Snapshot[]>();
  const taken = new Map<string, Omit<Step, "errors">[]>();
  for (const about of cases) {
    const { name } = about;
    const root = join(folder, "projects", name);
    mkdirSync(root, { recursive: true });
    const project = new GalleryProject(about, root);
    const { files, models } = await project.start();
    const add = (phase: "before" | Phase, state: Snapshot["state"], now: Files) =>
      snapshots.set(phase, [...(snapshots.get(phase) ?? []), { about, files: now, models, state }]);
    add("before", "absent", files);
    let before = files;
    for (const phase of phases) {
      const released = await project.release(phase);
      const again = await project.again(phase);
      const undone = await project.undone(phase);
      add(phase, phase === "contract" ? "required" : "optional", released.files);
      taken.set(name, [...(taken.get(name) ?? []), { ...released, before, again, undone }]);
      before = released.files;
    }
  }
  const types = join(folder, "types");
  mkdirSync(types);
  const checker = new TypeChecker(types);
  const errors = new Map([...snapshots].map(([phase, projects]) => [phase, checker.check(projects)]));
  for (const { name } of cases) {
    errorsBefore.set(name, errors.get("before")?.get(name) ?? []);
    steps.set(
      name,
      (taken.get(name) ?? []).map((step) => ({ ...step, errors: errors.get(step.phase)?.get(name) ?? [] })),
    );
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(cases.map((each) => [each.name, each] as const))("%s", (name, about) => {
  test("each phase changes what is written down, and again nothing", async () => {
    for (const { phase, before, files, again } of steps.get(name) ?? []) {
      await expect(diffOf(before, files)).toMatchFileSnapshot(join(about.folder, `${phase}.diff`));
      expect(again, `${phase} again`).toEqual([]);
    }
    await expect(placesOf(steps.get(name) ?? [])).toMatchFileSnapshot(join(about.folder, "places.txt"));
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
      expect(diffOf(before, undone.files), `undo of ${phase}`).toBe("");
      expect(undone.places, `undo of ${phase}`).toEqual([]);
    }
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

function diffOf(before: Files, after: Files): string {
  const former = new Map(before.map(({ file, text }) => [file, text]));
  return after
    .filter(({ file, text }) => former.get(file) !== text)
    .map(({ file, text }) => createTwoFilesPatch(file, file, former.get(file) ?? "", text, "", "", { context: 2 }))
    .map((patch) => patch.replace(/^=+\n/, "").replaceAll("\r", "␍").replaceAll("\t\n", "\n"))
    .join("\n");
}

/** What was ticked, what is left to a person and why, and of how many places nothing is said. */
function placesOf(of: readonly Step[]): string {
  const lines = of.flatMap(({ phase, chosen, places, silent, errors }) => [
    ...chosen.map((key) => `${phase} ticked ${key}`),
    ...places.map(({ file, line, kind, mayLeaveOut, what, reason }) => {
      return `${phase} ${kind}${mayLeaveOut ? ", asked" : ""} ${file}:${line} · ${what} · ${reason}`;
    }),
    ...errors.map(({ file, line, text }) => `${phase} type error ${file}:${line} · ${text}`),
    ...(silent > 0 ? [`${phase} ${silent} silent`] : []),
  ]);
  return `${lines.join("\n")}\n`;
}
