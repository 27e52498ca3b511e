import { beforeAll, describe, expect, test } from "vitest";
import { type Group, groups } from "./cases/groups.js";
import type { Change } from "./change.js";
import { oneOfEachForm } from "./forms.js";
import type { Layout } from "./project.js";
import { tellStory } from "./story.js";

/** `LOCKSTEP_MATRIX=all` runs every change, `LOCKSTEP_MATRIX="decimal"` those whose name has the word. */
const only = process.env.LOCKSTEP_MATRIX;

/** Without it: as many as there have to be for every form to be there, which is what a run on two cores has the time for. */
const forms = oneOfEachForm(Object.values(groups).flat());

function isChosen(change: Change): boolean {
  if (only === undefined) return forms.has(change);
  return only === "all" || change.name.includes(only);
}

/** Proves a group of changes; each is a test of its own, which fails with what went wrong in its tables. */
export function matrix(group: Group, layout: Layout = {}): void {
  const chosen = groups[group].filter(isChosen);
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
