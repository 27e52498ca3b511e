import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { layOut, textsBefore } from "../../core/src/change/release/layout.js";
import { Formatting } from "../../core/src/code/formatters/formatting.js";
import type { FileChange, FormattedFile } from "../../core/src/model/index.js";
import { type Files, readCases } from "../support/gallery/case.js";
import { GalleryProject, phases } from "../support/gallery/project.js";

const folder = mkdtempSync(join(tmpdir(), "lockstep-formatted-"));
mkdirSync(join(folder, ".git"));
mkdirSync(join(folder, "node_modules"));
const installed = fileURLToPath(new URL("../../node_modules/prettier", import.meta.url));
symlinkSync(installed, join(folder, "node_modules/prettier"));
writeFileSync(join(folder, "package.json"), JSON.stringify({ devDependencies: { prettier: "*" } }));
const formatting = new Formatting(folder, "auto", 600_000);
afterAll(() => {
  formatting.close();
  rmSync(folder, { recursive: true, force: true });
});

const nothing = { changes: [], made: [], places: [], state: { edits: [], places: [], codeFiles: [] } };

/** The projects of the gallery, laid out by Prettier before anything is edited. */
test.each(readCases().map((about) => [about.name, about] as const))(
  "%s stays formatted in every phase and back",
  async (name, about) => {
    const inFolder = (change: FileChange) => ({ ...change, file: `${name}/${change.file}` });
    const inProject = (change: FileChange) => ({ ...change, file: change.file.slice(name.length + 1) });
    const formatted = async (files: Files): Promise<Files> => {
      const changes = files.map(({ file, text }) => inFolder({ file, before: undefined, after: text }));
      return (await formatting.apply(changes)).map(inProject).map(({ file, after = "" }) => ({ file, text: after }));
    };
    const root = join(folder, name);
    mkdirSync(root);
    const project = new GalleryProject({ ...about, input: await formatted(about.input) }, root);
    await project.start();
    const earlier: FormattedFile[] = [];
    const original = project.files;
    for (const phase of phases) {
      const before = project.files;
      await project.release(phase);
      const made = changesOf(before, project.files).map(inFolder);
      const laidOut = await layOut(formatting, phase, made, { ...nothing, changes: made }, { earlier });
      earlier.push(...laidOut.formatted);
      project.write(laidOut.changes.map(inProject).map(({ file, after = "" }) => ({ file, text: after })));
      const now = project.files;
      expect(changesOf(now, await formatted(now)), `${phase} formatted`).toEqual([]);
      expect(await project.again(phase), `${phase} again`).toEqual([]);

      const back = async (taken: readonly (typeof phases)[number][], former: Files) => {
        const undone = await project.undone(phase, taken);
        const planned = changesOf(now, undone.files).map(inFolder);
        const { changes } = await layOut(formatting, phase, planned, nothing, {
          known: textsBefore(earlier, taken, planned),
          earlier: earlier.filter((each) => taken.includes(each.phase as (typeof phases)[number])),
        });
        const texts = new Map(changes.map(inProject).map(({ file, after }) => [file, after]));
        const files = undone.files.map(({ file, text }) => ({ file, text: texts.get(file) ?? text }));
        expect(changesOf(former, files), `undo of ${taken.join(", ")}`).toEqual([]);
        expect(undone.places, `undo of ${taken.join(", ")}`).toEqual([]);
      };
      await back([phase], before);
      if (phase !== "expand") await back(phases.slice(0, phases.indexOf(phase) + 1), original);
    }
  },
);

test("a line that holds edits of two phases, and that the second one split, is one line again", async () => {
  const file = "add.ts";
  const head = "export const add = (name: string) =>\n  p.user.create({ ";
  const texts = [
    `${head}data: { name }, select: { id: true, name: true } });\n`,
    `${head}data: { name, k: 1 }, select: { id: true, name: true } });\n`,
    `${head}data: { name, k: 1 }, select: { id: true, name: true, k: true } });\n`,
  ];
  const earlier: FormattedFile[] = [];
  let before = texts[0]!;
  for (const [at, phase] of (["expand", "switch"] as const).entries()) {
    const made = [{ file, before, after: texts[at + 1]! }];
    const { changes, formatted } = await layOut(formatting, phase, made, { ...nothing, changes: made });
    earlier.push(...formatted);
    before = changes[0]!.after!;
  }
  expect(before.split("\n")).toHaveLength(6);
  const undone = [{ file, before, after: before.replace(", k: 1", "").replace(", k: true", "") }];
  expect(textsBefore(earlier, ["expand", "switch"], undone).get(file)).toBe(texts[0]);
});

function changesOf(before: Files, after: Files): readonly FileChange[] {
  const former = new Map(before.map(({ file, text }) => [file, text]));
  return after.flatMap(({ file, text }) =>
    former.get(file) === text ? [] : [{ file, before: former.get(file), after: text }],
  );
}
