import { describe, expect, test } from "vitest";
import type { PlannedEdit } from "../../../core/src/model/index.js";
import { apply, type Column, editFor, editForBoth, type Files, field, single, undoOf } from "./phases.js";

const mapper = `import type { User } from "./generated/prisma/client";
export function toDto(user: User) {
  return { id: user.id, email: user.email, name: user.name, createdAt: user.createdAt, updatedAt: user.updatedAt };
}
`;
const fallback = "user.handle ?? user.email.toLowerCase()";
const nullable: Column = { value: { kind: "sql", sql: "split_part(email, '@', 1)" } };

async function switched(before: Files, column: Column = {}): Promise<{ files: Files; edits: readonly PlannedEdit[] }> {
  const expanded = await editFor("expand", before, [], column);
  const files = apply(before, expanded);
  const result = await editFor("switch", files, expanded.edits, column);
  return { files: apply(files, result), edits: [...expanded.edits, ...result.edits] };
}

/** Contract over files that people changed since; run again it says and changes the same. */
async function contract(files: Files, edits: readonly PlannedEdit[], column: Column = {}) {
  const result = await editFor("contract", files, edits, column);
  const after = apply(files, result);
  const again = await editFor("contract", after, [...edits, ...result.edits], column);
  expect(again.changes).toEqual([]);
  expect(again.edits).toEqual([]);
  expect(again.places).toEqual(result.places);
  return { after, places: result.places, edits: [...edits, ...result.edits] };
}

function changed(files: Files, ...pairs: readonly (readonly [from: string, to: string])[]): Files {
  const texts = pairs.reduce((all, [from, to]) => {
    expect(
      all.some(({ text }) => text.includes(from)),
      from,
    ).toBe(true);
    return all.map(({ file, text }) => ({ file, text: text.replaceAll(from, to) }));
  }, files);
  return texts;
}

function reasonFor(dropped: string): string {
  return `Lockstep wrote \`handle: ${fallback}\` here and does not find it any more: take \`?? ${dropped}\` out by hand`;
}

describe("a fallback in a mapper", () => {
  const lost = reasonFor("user.email.toLowerCase()");

  test("of a renamed variable is found; what it falls back on is listed where it is something else", async () => {
    const { files, edits } = await switched(single(mapper));
    const renamed = changed(files, ["user: User", "row: User"], ["user.", "row."], ["\nexport", "\n\nexport"]);
    const { after, places } = await contract(renamed, edits);
    expect(after).toEqual(changed(renamed, [" ?? row.email.toLowerCase()", ""]));
    expect(places).toEqual([]);

    const rewritten = changed(renamed, ["row.email.toLowerCase()", "row.email.trim()"]);
    const lost = await contract(rewritten, edits);
    expect(lost.after).toEqual(rewritten);
    const reason = reasonFor("row.email.trim()");
    expect(lost.places).toMatchObject([
      { file: "src/code.ts", line: 4, kind: "likely", what: "toDto: copy of User", reason },
    ]);
  });

  test("extracted into a helper is listed where it stood", async () => {
    const { files, edits } = await switched(single(mapper));
    const extracted = changed(files, [fallback, "handleOf(user)"]).map(({ file, text }) => ({
      file,
      text: `${text}const handleOf = ({ handle, email }: User) => handle ?? email.toLowerCase();\n`,
    }));
    const { after, places } = await contract(extracted, edits);
    expect(after).toEqual(extracted);
    expect(places).toMatchObject([{ line: 3, kind: "likely", what: "toDto: copy of User", reason: lost }]);
  });

  test("is found when a formatter has broken it up, in another function, and in another file", async () => {
    const { files, edits } = await switched(single(mapper));
    const formatted = changed(
      files,
      [`handle: ${fallback} }`, "handle:\n      user.handle ??\n      user.email\n        .toLowerCase(),\n  }"],
      ["toDto", "present"],
    ).map(({ text }) => ({ file: "src/other.ts", text }));
    const { after, places } = await contract(formatted, edits);
    expect(after[0]?.text).not.toContain("??");
    expect(places).toEqual([]);
  });

  test("that a person has taken out is none", async () => {
    const { files, edits } = await switched(single(mapper));
    expect((await contract(changed(files, [` ?? user.email.toLowerCase()`, ""]), edits)).places).toEqual([]);
  });

  test("is listed until a person has taken it out", async () => {
    const { files, edits } = await switched(single(mapper));
    const renamed = changed(files, ["?? user.email", "?? user.name"]);
    const first = await contract(renamed, edits);
    expect(first.places).toHaveLength(1);
    const done = changed(first.after, [" ?? user.name.toLowerCase()", ""]);
    expect((await contract(done, first.edits)).places).toEqual([]);
  });

  test("of a file that is gone may have gone with it", async () => {
    const { edits } = await switched(single(mapper));
    const { places } = await contract(single("export const other = 1;\n", "src/other.ts"), edits);
    expect(places).toMatchObject([{ file: "src/code.ts", line: 3, kind: "possible" }]);
    expect(places[0]?.reason).toContain("if the code went elsewhere, take `?? user.email.toLowerCase()` out by hand");
  });

  test("is told apart from the same text in another file", async () => {
    const two = [...single(mapper, "src/a.ts"), ...single(mapper, "src/b.ts")];
    const { files, edits } = await switched(two);
    const [a, b] = files;
    const rewritten = [...(a ? [a] : []), ...changed(b ? [b] : [], ["?? user.email", "?? user.name"])];
    const { after, places } = await contract(rewritten, edits);
    expect(after[0]?.text).toContain("handle: user.handle }");
    expect(places).toMatchObject([{ file: "src/b.ts", line: 3, reason: reasonFor("user.name.toLowerCase()") }]);
  });

  test("of the same line in two files is listed in each", async () => {
    const { files, edits } = await switched([...single(mapper, "src/a.ts"), ...single(mapper, "src/b.ts")]);
    const { places } = await contract(changed(files, ["?? user.email", "?? user.name"]), edits);
    const reason = reasonFor("user.name.toLowerCase()");
    expect(places).toMatchObject([
      { file: "src/a.ts", line: 3, reason },
      { file: "src/b.ts", line: 3, reason },
    ]);
  });

  test("in one of two functions of a file is told apart from the other's, which contract takes out", async () => {
    const second = mapper.replace("toDto", "toRow").split("\n").slice(1).join("\n");
    const { files, edits } = await switched(single(mapper + second));
    const rewritten = files.map(({ file, text }) => {
      const at = text.lastIndexOf(fallback);
      return { file, text: `${text.slice(0, at)}handleOf(user)${text.slice(at + fallback.length)}` };
    });
    const { places } = await contract(rewritten, edits);
    expect(places).toMatchObject([{ line: 6, what: "toRow: copy of User", reason: lost }]);
  });

  test("that was deleted and made anew is expected once", async () => {
    const { files, edits } = await switched(single(mapper));
    const deleted = changed(files, [`, handle: ${fallback}`, ""]);
    const again = await editFor("switch", deleted, edits);
    expect(again.edits).toHaveLength(1);
    expect((await contract(apply(deleted, again), [...edits, ...again.edits])).places).toEqual([]);
  });

  test("is none where both phases come at once, nor after contract was undone and made again", async () => {
    const expanded = await editFor("expand", single(mapper), []);
    const both = await editForBoth(single(mapper), expanded.edits);
    expect(both.places).toEqual([]);

    const { files, edits } = await switched(single(mapper));
    const first = await contract(files, edits);
    const undone = await undoOf("contract", first.after, first.edits);
    expect(undone).toEqual({ files, places: [] });
    expect((await contract(undone.files, edits)).places).toEqual([]);
  });

  test("is none where there is no fallback", async () => {
    const { files, edits } = await switched(single(mapper), nullable);
    const renamed = changed(files, ["user: User", "row: User"], ["user.", "row."]);
    expect(edits.map((edit) => edit.text)).toContain("handle: user.handle");
    expect((await contract(renamed, edits, nullable)).places).toEqual([]);
  });
});

describe("what may be null until contract", () => {
  const typed = mapper
    .replace("(user: User) ", "(user: User): UserDto ")
    .concat("export interface UserDto { id: number; email: string; name: string; createdAt: Date; updatedAt: Date }\n");

  test("in an interface that was rewritten is listed; formatted it is found", async () => {
    const { files, edits } = await switched(single(typed), nullable);
    const { places } = await contract(
      changed(files, ["handle: string | null", "handle?: string | null"]),
      edits,
      nullable,
    );
    const reason =
      "Lockstep wrote `handle: string | null` here and does not find it any more: take `| null` out by hand";
    expect(places).toMatchObject([{ line: 5, kind: "likely", what: "interface UserDto", reason }]);

    const formatted = await contract(
      changed(files, ["handle: string | null }", "\n  handle: string |\n    null;\n}"]),
      edits,
      nullable,
    );
    expect(formatted.places).toEqual([]);
    expect(formatted.after[0]?.text).toContain("handle: string;");

    for (const own of [
      "handle: null | string",
      "readonly 'handle': string | null",
      "handle:\n    | null\n    | string",
    ]) {
      const linted = await contract(changed(files, ["handle: string | null", own]), edits, nullable);
      expect(linted.places).toEqual([]);
      expect(linted.after[0]?.text).toMatch(/^(?:.*[ {])?(?:readonly 'handle'|handle):\s*string }/m);
    }
  });

  test("in a zod object that says more by now is listed", async () => {
    const zod = `import { z } from "zod";
import type { User } from "./generated/prisma/client";
export const UserResponse = z.object({ id: z.number(), email: z.string(), name: z.string(), createdAt: z.date(), updatedAt: z.date() });
export function toDto(user: User): z.infer<typeof UserResponse> {
  return { id: user.id, email: user.email, name: user.name, createdAt: user.createdAt, updatedAt: user.updatedAt };
}
`;
    const { files, edits } = await switched(single(zod), nullable);
    expect((await contract(files, edits, nullable)).places).toEqual([]);
    const own = changed(files, ["z.string().nullable()", "z.string().nullable().describe('the handle')"]);
    const { places } = await contract(own, edits, nullable);
    expect(places).toMatchObject([{ line: 3, kind: "likely", what: "zod object UserResponse" }]);
    expect(places[0]?.reason).toMatch(/take `\.nullable\(\)` out by hand$/);
  });
});

test("a field of another column is none of this one's", async () => {
  const region: Column = { added: field("region", { isOptional: true }), value: { kind: "sql", sql: "'eu'" } };
  const { edits } = await switched(single(mapper));
  expect((await contract(single(mapper), edits, region)).places).toEqual([]);
});
