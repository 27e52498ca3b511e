import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { PlannedEdit } from "../../../core/src/model/index.js";
import { chooseAll } from "../../support/choices.js";
import { columns } from "./columns.js";
import { apply, type CodePhase, codePhases, editFor, editForBoth, type Files, single, undoOf } from "./phases.js";

const folder = fileURLToPath(new URL("./fixtures/", import.meta.url));

/** The shapes of the golden files, with every place chosen that is offered. */
describe.each(readdirSync(folder))("%s", (name) => {
  const column = { ...columns[name], choose: chooseAll };
  const before = single(readFileSync(`${folder}${name}/before.ts`, "utf8"));

  test("each phase repeats without a change, and its undo gives the bytes of the phase before", async () => {
    const earlier: PlannedEdit[] = [];
    let former = before;
    for (const { phase, edits, files } of await throughPhases()) {
      earlier.push(...edits);
      const again = await editFor(phase, files, earlier, column);
      expect(again.changes, `${phase} again`).toEqual([]);
      expect((await undoOf(phase, files, earlier, column)).files, `undo of ${phase}`).toEqual(former);
      former = files;
    }
    expect((await undoOf("expand", former, earlier, column)).files).toEqual(before);
  });

  test("switch and contract at once end in the same bytes", async () => {
    const [expanded, , contracted] = await throughPhases();
    if (expanded === undefined) throw new Error("no phase");
    const both = await editForBoth(expanded.files, expanded.edits, column);
    expect(apply(expanded.files, both)).toEqual(contracted?.files);
  });

  async function throughPhases() {
    const phases: { phase: CodePhase; edits: readonly PlannedEdit[]; files: Files }[] = [];
    let files = before;
    for (const phase of codePhases) {
      const made = phases.flatMap(({ edits }) => edits);
      const { edits, changes } = await editFor(phase, files, made, column);
      files = apply(files, { changes });
      phases.push({ phase, edits, files });
    }
    return phases;
  }
});
