import { describe, expect, test } from "vitest";
import { ownFlags, toggleOf } from "../../support/toggles.js";
import { apply, type Column, editFor, single, undoOf } from "./phases.js";

const copy = `
export function toDto(user: User) {
  return { id: user.id, email: user.email, name: user.name, createdAt: user.createdAt, updatedAt: user.updatedAt };
}
`;
const client = 'import type { User } from "../generated/prisma/client";\n';

/** Switch, contract and both undos; what the imports were in each. */
async function through(text: string, column: Column, file = "src/users/dto.ts") {
  const before = single(text, file);
  const opened = await editFor("switch", before, [], column);
  const files = apply(before, opened);
  expect((await undoOf("switch", files, opened.edits, column)).files).toEqual(before);
  const closed = await editFor("contract", files, opened.edits, column);
  const after = apply(files, closed);
  const edits = [...opened.edits, ...closed.edits];
  expect((await undoOf("contract", after, edits, column)).files).toEqual(files);
  expect((await undoOf("switch", after, edits, column)).files).toEqual(before);
  expect(after[0]?.text.replace(/, handle: user\.handle/, "")).toBe(text);
  return { switched: importsOf(files[0]?.text ?? ""), places: opened.places };
}

function importsOf(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line.startsWith("import ") && !line.includes("prisma"));
}

const own = (read: string, imported: string): Column => ({ toggle: toggleOf({ read, import: imported }) });

test("is written as the others are", async () => {
  const plain = client.replaceAll('"', "'").replace(";", "").replaceAll("\n", "\r\n") + copy.replaceAll("\n", "\r\n");
  expect((await through(plain, { toggle: ownFlags })).switched).toEqual(["import { flags } from '@/flags'"]);
});

test.each([
  ["a default", "flags.isOn({name})", 'import flags from "@/flags"', 'import flags from "@/flags";'],
  ["a namespace", "flags.isOn({name})", 'import * as flags from "flags";', 'import * as flags from "flags";'],
  ["from the root", "isOn({name})", 'import { isOn } from "./src/flags.js"', 'import { isOn } from "../flags.js";'],
])("of %s", async (_, read, imported, expected) => {
  expect((await through(client + copy, own(read, imported))).switched).toEqual([expected]);
});

test("joins the braces of one of the same module, and is not written twice", async () => {
  const other = `import { defaults } from "@/flags";\n${client}export { defaults };\n${copy}`;
  expect((await through(other, { toggle: ownFlags })).switched).toEqual(['import { defaults, flags } from "@/flags";']);
  const known = `import { flags } from "@/flags";\n${client}export const isNew = () => flags.isOn("new");\n${copy}`;
  expect((await through(known, { toggle: ownFlags })).switched).toEqual(['import { flags } from "@/flags";']);
});

describe("is listed with the text", () => {
  test.each([
    ["the name is something else", `${client}const flags = 1;\n${copy}`, ownFlags, "`flags` is something else there"],
    [
      "a parameter has the name",
      client + copy.replace("user: User", "user: User, flags: number"),
      ownFlags,
      "`flags` is something else there",
    ],
    [
      "it is imported as a type",
      `import type { flags } from "@/flags";\n${client}${copy}`,
      ownFlags,
      "imported as a type",
    ],
    ["there is no import of it", client + copy, toggleOf({ read: "flags.isOn({name})" }), "`flags` is not known there"],
  ])("where %s", async (_, text, toggle, reason) => {
    const before = single(text, "src/users/dto.ts");
    const { changes, places } = await editFor("switch", before, [], { toggle });
    expect(changes).toEqual([]);
    expect(places).toMatchObject([{ kind: "likely", what: "toDto: copy of User" }]);
    expect(places[0]?.reason).toContain(reason);
    expect(places[0]?.reason).toContain('add `handle: flags.isOn("user-handle-read") ? (user.handle ??');
  });
});
