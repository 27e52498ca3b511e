import { describe, expect, test } from "vitest";
import type { PlannedEdit } from "../../../core/src/model/index.js";
import { ownFlags } from "../../support/toggles.js";
import { columns } from "./columns.js";
import { apply, type Column, editFor, type Files, field, single, undoOf } from "./phases.js";

const source = `import type { User } from "./generated/prisma/client";

export function toDto(user: User) {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    createdAt: user.createdAt,
    updatedAt: user.updatedAt,
  };
}
`;
const fallback = "user.handle ?? user.email.toLowerCase()";
const shown = `flags.isOn("user-handle-read") ? (${fallback}) : user.email.toLowerCase()`;
const toggled: Column = { toggle: ownFlags };
const leftOut: Column = { ...columns["toggle-without-fallback"] };

async function switched(column: Column, before: Files = single(source)) {
  const result = await editFor("switch", before, [], column);
  return { files: apply(before, result), edits: result.edits };
}

/** Contract over what people made of the code; again it changes nothing, and its undo gives their bytes back. */
async function contracted(files: Files, edits: readonly PlannedEdit[], column: Column) {
  const result = await editFor("contract", files, edits, column);
  const after = apply(files, result);
  const all = [...edits, ...result.edits];
  const again = await editFor("contract", after, all, column);
  expect(again).toMatchObject({ changes: [], edits: [], places: result.places });
  expect((await undoOf("contract", after, all, column)).files).toEqual(files);
  return { after, text: after.map(({ text }) => text).join("\n"), places: result.places, edits: all };
}

function changed(files: Files, ...pairs: readonly (readonly [from: string, to: string])[]): Files {
  return files.map(({ file, text }) => ({
    file,
    text: pairs.reduce((all, [from, to]) => {
      expect(all).toContain(from);
      return all.replaceAll(from, to);
    }, text),
  }));
}

function moved(files: Files): Files {
  return changed(files, ["./generated", "../generated"]).map(({ text }) => ({ file: "src/users/dto.ts", text }));
}

/** What people do to the code between switch and contract. `shown` is what Lockstep wrote as the value. */
const mutations: Readonly<Record<string, (files: Files, value: string) => Files>> = {
  "a renamed row": (files) => changed(files, ["user: User", "row: User"], ["user.", "row."]),
  "a renamed function": (files) => changed(files, ["toDto", "present"]),
  "single quotes": (files) => changed(files, ['"', "'"]),
  "prettier's lines": (files, value) =>
    changed(files, [`handle: ${value},`, `handle: ${value.replace(/ (\?\?|\?|:) /g, "\n      $1 ")},`]),
  parentheses: (files, value) => changed(files, [`handle: ${value}`, `handle: (${value})`]),
  "optional chaining": (files) => changed(files, ["user.handle", "user?.handle"], ["user.email.to", "user?.email.to"]),
  "an extracted constant": (files, value) =>
    changed(files, ["  return {", `  const handle = ${value};\n  return {`], [`handle: ${value},`, "handle,"]),
  "an extracted function": (files, value) =>
    changed(
      files,
      [`handle: ${value},`, "handle: handleOf(user),"],
      ["export function", `const handleOf = (user: User) => ${value};\n\nexport function`],
    ),
  "an extracted function with another name for the row": (files, value) =>
    changed(
      files,
      [`handle: ${value},`, "handle: handleOf(user),"],
      ["export function", `const handleOf = (row: User) => ${value.replaceAll("user.", "row.")};\n\nexport function`],
    ),
  "another file": (files) => moved(files),
  "another file and another name for the row": (files) =>
    moved(changed(files, ["user: User", "row: User"], ["user.", "row."])),
  "another order": (files, value) =>
    changed(
      files,
      [`    handle: ${value},\n`, ""],
      ["    id: user.id,\n", `    handle: ${value},\n    id: user.id,\n`],
    ),
};

describe.each([
  ["a fallback", {}, fallback],
  ["a flag", toggled, shown],
] as const)("%s is taken out after", (_, column, value) => {
  test.each(Object.keys(mutations))("%s", async (name) => {
    const { files, edits } = await switched(column);
    expect(files[0]?.text).toContain(`handle: ${value},`);
    const mutated = mutations[name]?.(files, value) ?? [];
    const { text, places } = await contracted(mutated, edits, column);
    expect(places).toEqual([]);
    expect(text).not.toMatch(/\?\?|flags|toLowerCase/);
    expect(text).toMatch(/\.handle\b/);
  });
});

describe("a key that is left out while the flag is off", () => {
  const key = '...(flags.isOn("user-handle-read") ? { handle: user.handle } : {})';

  test.each([
    [
      "a renamed row",
      [
        ["user: User", "row: User"],
        ["user.", "row."],
      ],
    ],
    [
      "single quotes and other lines",
      [
        ['"', "'"],
        [" ? {", "\n      ? {"],
        [" : {}", "\n      : {}"],
      ],
    ],
    [
      "other parentheses",
      [
        ["...(flags", "...((flags"],
        ["} : {})", "} : {}))"],
      ],
    ],
  ] as const)("is there for good after %s", async (_, pairs) => {
    const { files, edits } = await switched(leftOut);
    expect(files[0]?.text).toContain(key);
    const { text, places } = await contracted(changed(files, ...pairs), edits, leftOut);
    expect(places).toEqual([]);
    expect(text).not.toMatch(/\.\.\.|flags/);
    expect(text).toMatch(/ {4}handle: (?:user|row)\.handle,/);
  });
});

describe("what is listed", () => {
  test("a flag that somebody asks in another way, where it is asked", async () => {
    const { files, edits } = await switched(toggled);
    const own = changed(
      files,
      [`handle: ${shown}`, `handle: isShown ? ${fallback} : ""`],
      ["  return {", '  const isShown = !isTest && flags.isOn("user-handle-read");\n  return {'],
    );
    const { after, places } = await contracted(own, edits, toggled);
    expect(after).toEqual(own);
    expect(places).toMatchObject([
      { line: 5, kind: "likely", what: "toDto: copy of User" },
      { line: 12, kind: "possible", what: "toDto: fallback of user.handle" },
    ]);
    expect(places[0]?.reason).toContain(
      'remove `flags.isOn("user-handle-read") ? … : user.email.toLowerCase()` by hand',
    );
  });

  test("the other places that name the flag", async () => {
    const { files, edits } = await switched(toggled);
    const more = [...files, { file: "src/flags.ts", text: 'export const all = ["user-handle-read", "other"];\n' }];
    const { after, places } = await contracted(more, edits, toggled);
    expect(after[0]?.text).not.toContain("flags");
    expect(places).toMatchObject([{ file: "src/flags.ts", line: 1, kind: "possible", what: "feature flag" }]);
  });

  test("a fallback that would leave a constant without a use", async () => {
    const { files, edits } = await switched({});
    const own = changed(
      files,
      [`handle: ${fallback}`, "handle: user.handle ?? email.toLowerCase()"],
      ["  return {", "  const { email } = user;\n  return {"],
    );
    const { after, places } = await contracted(own, edits, {});
    expect(after).toEqual(own);
    expect(places).toMatchObject([{ kind: "likely", what: "toDto: copy of User" }]);
  });

  test("copies that people made: one fallback is Lockstep's", async () => {
    const { files, edits } = await switched({});
    const split = files.map(({ file, text }) => ({
      file,
      text: `${text}\nexport const handleOf = (user: User) => ${fallback};\n`,
    }));
    const { text, places } = await contracted(split, edits, {});
    expect(text.match(/\?\?/g)).toHaveLength(1);
    expect(places).toMatchObject([{ kind: "possible", what: "handleOf: fallback of user.handle" }]);
  });

  test("a fallback of another model's column of the same name, and one in another file and function", async () => {
    const { files, edits } = await switched({});
    const [own] = changed(files, [` ?? user.email.toLowerCase()`, ""]);
    const team = `interface Team { handle: string | null; email: string }
export const teamOf = (team: Team) => team.handle ?? team.email.toLowerCase();\n`;
    const other = `import type { User } from "./generated/prisma/client";
export const labelOf = (row: User) => row.handle ?? row.email.toLowerCase();\n`;
    const all = [
      { file: "src/code.ts", text: (own?.text ?? "") + team },
      { file: "src/other.ts", text: other },
    ];
    const { after, places } = await contracted(all, edits, {});
    expect(after).toEqual(all);
    expect(places.every(({ kind }) => kind === "possible")).toBe(true);
  });
});

describe("two columns at once", () => {
  const region: Column = { added: field("region", { isOptional: true }), value: { kind: "sql", sql: "'eu'" } };

  test.each([
    ["fallbacks", {}],
    ["flags", { toggle: ownFlags }],
  ] as const)("each takes its own %s out, and the last the import", async (_, extra) => {
    const first = await switched(extra);
    const second = await editFor("switch", first.files, first.edits, { ...region, ...extra });
    const both = apply(first.files, second);
    const importing = "toggle" in extra ? 1 : 0;
    expect(both[0]?.text.match(/^import .*flags/gm) ?? []).toHaveLength(importing);
    const one = await contracted(both, [...first.edits, ...second.edits], extra);
    expect(one.places).toEqual([]);
    expect(one.text).toContain("handle: user.handle,");
    expect(one.text).toContain("region: ");
    expect(one.text).toContain('user.region ?? "eu"');
    expect(one.text.match(/^import .*flags/gm) ?? []).toHaveLength(importing);
    const two = await contracted(one.after, one.edits, { ...region, ...extra });
    expect(two.places).toEqual([]);
    expect(two.text).not.toMatch(/\?\?|flags/);
  });

  test("undone one after the other they leave the bytes of before", async () => {
    const first = await switched(toggled);
    const second = await editFor("switch", first.files, first.edits, { ...region, ...toggled });
    const one = await undoOf("switch", apply(first.files, second), first.edits, toggled);
    expect(one.places).toEqual([]);
    expect((await undoOf("switch", one.files, second.edits, { ...region, ...toggled })).files).toEqual(single(source));
  });
});
