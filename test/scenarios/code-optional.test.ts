import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCases } from "../support/gallery/case.js";
import { GalleryProject, type Phase, phases } from "../support/gallery/project.js";
import { type Snapshot, TypeChecker, type TypeProblem } from "../support/gallery/types.js";

// The column of each project of the gallery once more, as most columns are: it stays optional, and nothing says what fills it.

/** What takes its value from a schema that names alone do not lead to: the compiler says no, and leaves it out. */
const refused: Readonly<Record<string, readonly string[]>> = {
  "zod-chains": ["create:src/products.ts#addProduct: data of prisma.product.create"],
};
const cases = readCases()
  .filter(({ staysOptional }) => !staysOptional)
  .map((about) => ({
    ...about,
    staysOptional: true as const,
    value: { kind: "none" as const },
    also: [],
    not: refused[about.name] ?? [],
  }));
const folder = mkdtempSync(join(tmpdir(), "lockstep-optional-"));

interface Step {
  readonly phase: Phase;
  readonly places: ReadonlySet<string>;
  readonly again: unknown;
  readonly undone: unknown;
  readonly before: unknown;
}
const steps = new Map<string, Step[]>();
const errors = new Map<string, { readonly phase: Phase; readonly errors: readonly TypeProblem[] }[]>();

beforeAll(async () => {
  const snapshots = new Map<Phase, Snapshot[]>();
  for (const about of cases) {
    const root = join(folder, "projects", about.name);
    mkdirSync(root, { recursive: true });
    const project = new GalleryProject(about, root);
    let before = await project.start();
    const taken: Step[] = [];
    for (const phase of phases) {
      const released = await project.release(phase);
      const places = new Set(released.places.map(({ file, line }) => `${file}:${line}`));
      const [again, undone] = [await project.again(phase), await project.undone(phase)];
      taken.push({ phase, places, again, undone: undone.files, before });
      snapshots.set(phase, [...(snapshots.get(phase) ?? []), { about, files: released.files }]);
      before = released.files;
    }
    steps.set(about.name, taken);
  }
  const types = join(folder, "types");
  mkdirSync(types);
  const checker = new TypeChecker(types);
  for (const [phase, projects] of snapshots)
    for (const [name, found] of await checker.check(projects))
      errors.set(name, [...(errors.get(name) ?? []), { phase, errors: found }]);
}, 900_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(cases.map(({ name }) => name))("%s", (name) => {
  test("every phase compiles, changes nothing the second time, and is undone to the byte", () => {
    const listed = new Set<string>();
    for (const { phase, places, again, undone, before } of steps.get(name) ?? []) {
      for (const place of places) listed.add(place);
      expect(again, `${phase} again`).toEqual([]);
      expect(undone, `undo of ${phase}`).toEqual(before);
      const found = errors.get(name)?.find((each) => each.phase === phase)?.errors ?? [];
      expect(
        found.filter(({ file, line }) => !listed.has(`${file}:${line}`)),
        phase,
      ).toEqual([]);
    }
  });
});
