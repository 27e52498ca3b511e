import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { CodeResult } from "../../../core/src/code/run/code-request.js";
import type { PlannedEdit } from "../../../core/src/model/index.js";
import { expectGolden, goldenCases, placeNotes, type Step } from "../../support/goldens.js";
import { columns, fileOf } from "./columns.js";
import {
  apply,
  type CodePhase,
  type Column,
  codePhases,
  editFor,
  editForBoth,
  textOf,
  undoOf,
  withEntities,
} from "./phases.js";

const folder = fileURLToPath(new URL("./fixtures/cases/", import.meta.url));

/** Golden files: `before.ts` is written by hand, what the phases do to it by `npm run goldens`, and reviewed. */
describe.each(goldenCases(folder, columns))("$name", (about) => {
  const { name } = about;
  const column = columns[name] ?? {};
  const file = fileOf(name);
  const before = readFileSync(`${about.folder}/before.ts`, "utf8");

  test("each phase, and again without a change; other files stay as they are", async () => {
    const steps: Step[] = [];
    let former = before;
    for (const { phase, result, text, again } of await throughPhases(before, file, column)) {
      expect(again.changes, `${phase} again`).toEqual([]);
      expect(result.changes.map((change) => change.file).filter((each) => each !== file)).toEqual([]);
      steps.push({
        name: phase,
        before: [{ file, text: former }],
        after: [{ file, text }],
        notes: placeNotes(result),
      });
      former = text;
    }
    await expectGolden(about, steps);
  });

  test("write sites are looked after in every phase: there is nothing more to do", async () => {
    const earlier: PlannedEdit[] = [];
    for (const { phase, result, text } of await throughPhases(before, file, column)) {
      earlier.push(...result.edits);
      expect((await editFor("expand", withEntities(text, file), earlier, column)).changes, phase).toEqual([]);
    }
  });

  test("undo of each phase gives the bytes of the phase before, and everything at once those of the start", async () => {
    const earlier: PlannedEdit[] = [];
    let former = before;
    for (const { phase, result, text } of await throughPhases(before, file, column)) {
      earlier.push(...result.edits);
      const files = withEntities(text, file);
      expect(await undoOf(phase, files, earlier, column), phase).toEqual({
        files: withEntities(former, file),
        places: [],
      });
      expect(await undoOf("expand", files, earlier, column), phase).toEqual({
        files: withEntities(before, file),
        places: [],
      });
      former = text;
    }
  });

  test("switch and contract at once end in the same bytes, and can be taken back", async () => {
    const [expanded, , contracted] = await throughPhases(before, file, column);
    const files = withEntities(expanded?.text ?? "", file);
    const earlier = expanded?.result.edits ?? [];
    const both = await editForBoth(files, earlier, column);
    expect(textOf(apply(files, both), file)).toBe(contracted?.text);
    const undone = await undoOf("switch", apply(files, both), [...earlier, ...both.edits], column);
    expect(undone).toEqual({ files, places: [] });
  });

  test("nothing of the scaffolding is left after contract", async () => {
    const after = (await throughPhases(before, file, column)).at(-1)?.text ?? "";
    expect(after).not.toMatch(/lockstep/i);
    // What callers of a request may choose stays a choice; what rows hold has no fallback any more.
    const added = column.added?.name ?? "handle";
    expect(after.replaceAll(/\b(?:dto|body|input|rest)\??\.\w+ \?\?/g, "")).not.toMatch(
      new RegExp(`\\.${added} \\?\\? `),
    );
    const isRequest = name.startsWith("request-");
    if (!isRequest) expect(importsOf(after)).toEqual(importsOf(before));
  });
});

type Phases = readonly { phase: CodePhase; result: CodeResult; text: string; again: CodeResult }[];
let latest: { readonly column: Column; readonly phases: Promise<Phases> } | undefined;

/** The tests of one case share it. */
function throughPhases(before: string, file: string, column: Column): Promise<Phases> {
  if (latest?.column !== column) latest = { column, phases: planPhases(before, file, column) };
  return latest.phases;
}

async function planPhases(before: string, file: string, column: Column): Promise<Phases> {
  const results: { phase: CodePhase; result: CodeResult; text: string; again: CodeResult }[] = [];
  const earlier: PlannedEdit[] = [];
  let files = withEntities(before, file);
  for (const phase of codePhases) {
    const result = await editFor(phase, files, earlier, column);
    files = apply(files, result);
    earlier.push(...result.edits);
    const again = await editFor(phase, files, earlier, column);
    results.push({ phase, result, text: textOf(files, file), again });
  }
  return results;
}

function importsOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.startsWith("import "));
}
