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
    for (const phase of phases) {
      const before = project.files;
      await project.release(phase);
      const laidOut = await layOut(formatting, phase, changesOf(before, project.files).map(inFolder), nothing, {
        earlier,
      });
      earlier.push(...laidOut.formatted);
      project.write(laidOut.changes.map(inProject).map(({ file, after = "" }) => ({ file, text: after })));
      const now = project.files;
      expect(changesOf(now, await formatted(now)), `${phase} formatted`).toEqual([]);
      expect(await project.again(phase), `${phase} again`).toEqual([]);

      const undone = await project.undone(phase);
      const back = changesOf(now, undone.files).map(inFolder);
      const { changes } = await layOut(formatting, phase, back, nothing, {
        known: textsBefore(earlier, [phase], back),
      });
      const texts = new Map(changes.map(inProject).map(({ file, after }) => [file, after]));
      const files = undone.files.map(({ file, text }) => ({ file, text: texts.get(file) ?? text }));
      expect(changesOf(before, files), `undo of ${phase}`).toEqual([]);
      expect(undone.places, `undo of ${phase}`).toEqual([]);
    }
  },
);

function changesOf(before: Files, after: Files): readonly FileChange[] {
  const former = new Map(before.map(({ file, text }) => [file, text]));
  return after.flatMap(({ file, text }) =>
    former.get(file) === text ? [] : [{ file, before: former.get(file), after: text }],
  );
}
