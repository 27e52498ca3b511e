import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesIn, fixtures } from "./fixtures.js";
import { changedFiles, Phases } from "./phases.js";

/** `before/` is written by hand; the other folders have what changes, by `vitest -u`, and are reviewed. */
describe.each(fixtures())("$name", (fixture) => {
  const phases = new Phases(fixture);
  const states = ["optional", "open", "required", "removed"] as const;

  test.each(states)("%s", async (state) => {
    const changed = changedFiles(fixture.files, phases[state]);
    for (const { path, content } of changed)
      await expect(content).toMatchFileSnapshot(join(fixture.folder, state, path));
    expect(filesIn(join(fixture.folder, state)).map(({ path }) => path)).toEqual(changed.map(({ path }) => path));
  });

  test("again without a change", () => {
    const { optional, open, required, removed } = phases;
    expect(phases.edit(optional, "makeOptional")).toEqual(optional);
    expect(phases.edit(open, "openReads")).toEqual(open);
    expect(phases.edit(required, "makeRequired")).toEqual(required);
    expect(phases.edit(removed, "removeField")).toEqual(removed);
  });

  test("and back", () => {
    const { files } = fixture;
    const { optional, open, required } = phases;
    expect(phases.edit(open, "closeReads")).toEqual(optional);
    // A column that stays optional is only kept from reads.
    expect(phases.edit(files, "closeReads", "closeReads", "openReads", "openReads")).toEqual(files);
    expect(phases.edit(optional, "makeRequired")).toEqual(required);
    expect(phases.edit(files, "dropAnnotations")).toEqual(required);
    expect(phases.edit(required, "reopen")).toEqual(optional);
    expect(phases.edit(required, "reopen", "openReads")).toEqual(open);
  });
});
