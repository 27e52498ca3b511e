import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { CodeResult } from "../../core/src/code/run/code-request.js";
import type { PlannedEdit } from "../../core/src/model/index.js";
import { chooseAll } from "./choices.js";
import { goldenCases } from "./goldens.js";

type Phase = "expand" | "switch" | "contract";
type Files = readonly { readonly file: string; readonly text: string }[];

/** How the code of one ORM goes through the phases. */
interface Phases<C extends object> {
  /** The folder of the golden files, with `before.ts` in one folder each. */
  readonly folder: string;
  readonly columns: Readonly<Record<string, C>>;
  filesOf(before: string): Files;
  apply(files: Files, result: Pick<CodeResult, "changes">): Files;
  editFor(phase: Phase, files: Files, earlier: readonly PlannedEdit[], column: C): Promise<CodeResult>;
  editForBoth(files: Files, earlier: readonly PlannedEdit[], column: C): Promise<CodeResult>;
  undoOf(phase: Phase, files: Files, earlier: readonly PlannedEdit[], column: C): Promise<{ readonly files: Files }>;
}

/** Choosing and undoing edits depends on the text alone, so no types are read: nothing is installed here. */
const untyped = { root: "/project" };

/** The shapes of the golden files, with every place chosen that is offered. */
export function chosenInEveryPhase<C extends object>({ folder, columns, filesOf, ...orm }: Phases<C>): void {
  describe.each(goldenCases(folder, columns))("$name", ({ name, folder: of }) => {
    const unchosen = { ...columns[name], ...untyped } as unknown as C;
    const column = { ...unchosen, choose: chooseAll };
    const before = filesOf(readFileSync(`${of}/before.ts`, "utf8"));

    test("each phase repeats without a change, and its undo gives the bytes of the phase before", async () => {
      const earlier: PlannedEdit[] = [];
      let former = before;
      for (const { phase, edits, files } of await phases()) {
        earlier.push(...edits);
        const again = await orm.editFor(phase, files, earlier, column);
        expect(again.changes, `${phase} again`).toEqual([]);
        expect((await orm.undoOf(phase, files, earlier, column)).files, `undo of ${phase}`).toEqual(former);
        former = files;
      }
      expect((await orm.undoOf("expand", former, earlier, column)).files).toEqual(before);
    });

    test("switch and contract at once end in the same bytes", async () => {
      const [expanded, , contracted] = await phases();
      if (expanded === undefined) throw new Error("no phase");
      const both = await orm.editForBoth(expanded.files, expanded.edits, column);
      expect(orm.apply(expanded.files, both)).toEqual(contracted?.files);
    });

    test("what is chosen after expand was made ends in the same bytes, and so does its undo", async () => {
      const [expanded] = await phases();
      const required = await orm.editFor("expand", before, [], unchosen);
      const files = orm.apply(before, required);
      const later = await orm.editFor("expand", files, required.edits, column);
      const chosen = orm.apply(files, later);
      expect(chosen).toEqual(expanded?.files);
      const undone = await orm.undoOf("expand", chosen, [...required.edits, ...later.edits], column);
      expect(undone.files).toEqual(before);
    });

    let known: ReturnType<typeof throughPhases> | undefined;
    const phases = () => {
      known ??= throughPhases();
      return known;
    };

    async function throughPhases() {
      const done: { phase: Phase; edits: readonly PlannedEdit[]; files: Files }[] = [];
      let files = before;
      for (const phase of ["expand", "switch", "contract"] as const) {
        const made = done.flatMap(({ edits }) => edits);
        const { edits, changes } = await orm.editFor(phase, files, made, column);
        files = orm.apply(files, { changes });
        done.push({ phase, edits, files });
      }
      return done;
    }
  });
}
