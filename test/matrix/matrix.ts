import { beforeAll, describe, expect, test } from "vitest";
import type { Change } from "./change.js";
import type { Layout } from "./project.js";
import { tellStory } from "./story.js";

/** `LOCKSTEP_MATRIX=all` runs every change, `LOCKSTEP_MATRIX="decimal"` those whose name has the word. */
const only = process.env.LOCKSTEP_MATRIX;

/** Without it: three of five in a group that has more than five, which is what a run on two cores has the time for. */
function isChosen({ name }: Change, index: number, { length }: { readonly length: number }): boolean {
  if (only === undefined) return length <= 5 || index % 5 < 3;
  return only === "all" || name.includes(only);
}

/** Proves a group of changes; each is a test of its own, which fails with what went wrong in its tables. */
export function matrix(group: string, changes: readonly Change[], layout: Layout = {}): void {
  const chosen = changes.filter(isChosen);
  if (chosen.length === 0) return;
  describe(group, () => {
    let problems: ReadonlyMap<Change, readonly string[]>;
    beforeAll(async () => {
      problems = await tellStory(chosen, layout);
    }, 900_000);
    test.each(chosen.map((change) => [change.name, change] as const))("%s", (_, change) => {
      expect(problems.get(change)?.slice(0, 5).join("\n\n")).toBe("");
    });
  });
}
