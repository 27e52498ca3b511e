import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Addition, OrmApp } from "./orm-app.js";
import { onOthers, orms } from "./orms.js";

// What is safe as it stands passes: the bytes that the ORM writes without Lockstep, and not a word more but the one on code, at the end.

const safe: Addition = {
  columns: [
    { name: "bio", isRequired: false },
    { name: "tier", isRequired: true, default: "free" },
    { name: "note", isRequired: false, default: "none" },
  ],
  tables: [
    {
      name: "Extra",
      columns: [
        { name: "label", isRequired: true, hasIndex: true },
        { name: "slug", isRequired: true, isUnique: true },
        { name: "hint", isRequired: false },
      ],
    },
  ],
};

describe.each([...orms, ...onOthers])("$name", ({ create }) => {
  let app: OrmApp;
  beforeAll(async () => {
    app = await create().open();
  });
  afterAll(() => app.close());

  test("nullable columns, constant defaults, a new table with its indexes", async () => {
    const other = await app.database(app.development);
    app.declare(safe);
    const before = app.snapshot();
    const on = await app.generate("AddSafe");
    const written = app.snapshot();
    app.restore(before);
    const off = await app.generate("AddSafe", { url: other, isOff: true });
    const expected = app.snapshot();
    expect(off.code, off.output).toBe(0);

    expect(on.code, on.output).toBe(0);
    expect(Object.keys(expected).length).toBe(Object.keys(before).length + 1);
    expect(timeless(written)).toEqual(timeless(expected));
    const said = ({ stdout, stderr }: { stdout: string; stderr: string }) => ({ stdout, stderr });
    const renamed = Object.fromEntries(
      Object.entries(said(off)).map(([stream, text]) => [
        stream,
        text.replaceAll(nameOf(other), nameOf(app.development)),
      ]),
    );
    const { stdout, stderr } = said(on);
    const below = stdout.slice(renamed.stdout?.length);
    expect(below).toMatch(/^(?:Lockstep: .*npx lockstep code User\.\w+,User\.\w+,User\.\w+.*\n)?$/);
    expect(timeless({ stdout: stdout.slice(0, stdout.length - below.length), stderr })).toEqual(timeless(renamed));
    expect(app.plans()).toEqual([]);
  });
});

/** Without the moments in names of files and classes, and in the texts. */
function timeless(files: Readonly<Record<string, string>>): unknown {
  const without = (text: string) => text.replace(/\d{13,14}/g, "<time>");
  return Object.entries(files).map(([file, text]) => [without(file), without(text)]);
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}
