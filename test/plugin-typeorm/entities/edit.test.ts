import { describe, expect, test } from "vitest";
import type { EntityFile } from "../../../plugin-typeorm/src/entities/model.js";
import { expectGolden } from "../../support/goldens.js";
import { fixtures } from "./fixtures.js";
import { Phases } from "./phases.js";

/** `before/` is written by hand, what is done to it by `npm run goldens`, and reviewed. */
describe.each(fixtures())("$name", (fixture) => {
  const phases = new Phases(fixture);
  const { files } = fixture;

  test("each edit", async () => {
    const { optional, open, required, removed } = phases;
    await expectGolden(fixture.folder, [
      step("optional", files, optional),
      step("open", optional, open),
      // What differs from what was written by hand: annotations are gone.
      step("required", files, required),
      step("removed", files, removed),
    ]);
  });

  test("again without a change", () => {
    const { optional, open, required, removed } = phases;
    expect(phases.edit(optional, "makeOptional")).toEqual(optional);
    expect(phases.edit(open, "openReads")).toEqual(open);
    expect(phases.edit(required, "makeRequired")).toEqual(required);
    expect(phases.edit(removed, "removeField")).toEqual(removed);
  });

  test("and back", () => {
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

function step(name: string, before: readonly EntityFile[], after: readonly EntityFile[]) {
  const [former, latter] = [before, after].map((files) =>
    files.map(({ path, content }) => ({ file: path, text: content })),
  );
  return { name, before: former ?? [], after: latter ?? [] };
}
