import { beforeAll, describe, expect, test } from "vitest";
import type { Change } from "./change.js";
import type { Layout } from "./project.js";
import { tellStory } from "./story.js";

/** A debugging aid: `LOCKSTEP_MATRIX="decimal"` runs only the changes whose name has the word. */
const only = process.env.LOCKSTEP_MATRIX;

/** Proves a group of changes; each is a test of its own, which fails with what went wrong in its tables. */
export function matrix(group: string, changes: readonly Change[], layout: Layout = {}): void {
  const chosen = changes.filter(({ name }) => only === undefined || name.includes(only));
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
