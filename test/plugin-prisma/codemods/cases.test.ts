import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { PlannedEdit } from "../../../core/src/model/index.js";
import { expectGolden, goldenCases, placeNotes, type Step } from "../../support/goldens.js";
import { columns, fileOf } from "./columns.js";
import {
  apply,
  type CodePhase,
  type Column,
  codePhases,
  editFor,
  type Files,
  undo,
  undoOf,
  withoutTypes,
} from "./phases.js";

const folder = fileURLToPath(new URL("./fixtures/", import.meta.url));

/** Golden files: `before.ts` is written by hand, what the phases do to it by `npm run goldens`, and reviewed. */
describe.each(goldenCases(folder, columns))("$name", (about) => {
  const { name } = about;
  const column = columns[name] ?? {};
  const before = readFileSync(`${about.folder}/before.ts`, "utf8");
  const single = (text: string): Files => [{ file: fileOf(name), text }];
  const files = single(before);
  let phases: ReturnType<typeof throughPhases> | undefined;
  const planned = () => {
    phases ??= throughPhases(files, column);
    return phases;
  };

  test("each phase, and again without a change", async () => {
    const steps: Step[] = [];
    let former = files;
    for (const { phase, result, text, again } of await planned()) {
      expect(again.changes, `${phase} again`).toEqual([]);
      steps.push({ name: phase, before: former, after: single(text), notes: placeNotes(result) });
      former = single(text);
    }
    await expectGolden(about, steps);
  });

  test("undo of expand and of switch gives the bytes back", async () => {
    const earlier: PlannedEdit[] = [];
    for (const { phase, result, text } of await planned()) {
      earlier.push(...result.edits);
      if (phase === "contract") break;
      const undone = await undo(single(text), earlier, column);
      expect(apply(single(text), undone)[0]?.text, phase).toBe(before);
      expect(undone.places, phase).toEqual([]);
      // Where the client is not generated, as in a fresh checkout.
      const untyped = await undo(single(text), earlier, { ...column, ...withoutTypes });
      expect(apply(single(text), untyped)[0]?.text, phase).toBe(before);
    }
  });

  test("undo of each phase gives the bytes of the phase before", async () => {
    const earlier: PlannedEdit[] = [];
    let former = before;
    for (const { phase, result, text } of await planned()) {
      earlier.push(...result.edits);
      const undone = await undoOf(phase, single(text), earlier, column);
      expect(undone.files[0]?.text, phase).toBe(former);
      former = text;
    }
    // Everything at once, from contract.
    const undone = await undoOf("expand", single(former), earlier, column);
    expect(undone.files[0]?.text).toBe(before);
    expect(undone.places).toEqual([]);
  });

  test("nothing of the scaffolding is left after contract", async () => {
    const after = (await planned()).at(-1)?.text ?? "";
    const { added } = { added: "handle", ...(column.added && { added: column.added.name }) };
    expect(after).not.toMatch(/lockstep/i);
    if (!before.includes("omit")) expect(after).not.toMatch(/GlobalOmitConfig/);
    // What callers choose stays.
    expect(after.replaceAll(/\bmore\.\w+ \?\?|\?\.\w+ \?\?/g, "")).not.toMatch(new RegExp(`\\.${added} \\?\\?`));
    expect(importsOf(after)).toEqual(importsOf(before));
  });
});

async function throughPhases(files: Files, column: Column) {
  const results: {
    phase: CodePhase;
    result: Awaited<ReturnType<typeof editFor>>;
    text: string;
    again: typeof result;
  }[] = [];
  const earlier: PlannedEdit[] = [];
  let current = files;
  let result: Awaited<ReturnType<typeof editFor>>;
  for (const phase of codePhases) {
    result = await editFor(phase, current, earlier, column);
    current = apply(current, result);
    earlier.push(...result.edits);
    const again = await editFor(phase, current, earlier, column);
    results.push({ phase, result, text: current[0]?.text ?? "", again });
  }
  return results;
}

function importsOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.startsWith("import "));
}
