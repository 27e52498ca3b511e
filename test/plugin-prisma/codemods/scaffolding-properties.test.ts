import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSourceFile } from "../../../core/src/code/index.js";
import type { PlannedEdit } from "../../../core/src/model/index.js";
import { openFeature, ownFlags } from "../../support/toggles.js";
import { apply, type Column, editFor, type Files, field, undoOf } from "./phases.js";

const client = 'import type { User } from "./generated/prisma/client";\n';
const copies = ["id", "email", "name", "createdAt", "updatedAt"];
const names = ["toDto", "present", "serialize"];

/** Functions that show users, one after the other, in one file or in one each. */
const projects = fc
  .record({ count: fc.integer({ min: 1, max: 3 }), isOneFile: fc.boolean(), isAsync: fc.boolean() })
  .map(({ count, isOneFile, isAsync }): Files => {
    const functions = names.slice(0, count).map(
      (name) => `
export ${isAsync ? "async " : ""}function ${name}(user: User) {
  return {
${copies.map((column) => `    ${column}: user.${column},`).join("\n")}
  };
}
`,
    );
    if (isOneFile) return [{ file: "src/all.ts", text: client + functions.join("") }];
    return functions.map((text, at) => ({ file: `src/${names[at]}.ts`, text: client + text }));
  });

type Mutation = (files: Files, seed: number) => Files;

const each =
  (change: (text: string) => string): Mutation =>
  (files) =>
    files.map(({ file, text }) => ({ file, text: change(text) }));

const mutations: readonly Mutation[] = [
  each((text) => text.replaceAll(/\buser\b(?=[.?:])/g, "row")),
  each((text) => text.replaceAll('"', "'")),
  each((text) => text.replaceAll(/ (\?\?|\?|:) (?=\(|user|row|")/g, "\n      $1 ")),
  each((text) => text.replaceAll("  ", "\t")),
  each((text) => text.replaceAll("\n", "\r\n").replaceAll("\r\r", "\r")),
  each((text) => text.replaceAll(/(user|row)\.handle\b/g, "($1.handle)")),
  each((text) => text.replaceAll(/(user|row)\.email\.to/g, "$1?.email.to")),
  each((text) => text.replaceAll(/\b(toDto|present|serialize)\b/g, "$1User")),
  (files, seed) =>
    files.map(({ file, text }) => ({ file: seed % 2 === 0 ? file.replace("src/", "src/moved/") : file, text })),
  // What people took out themselves.
  each((text) => text.replace(/ {4}handle: .*,\n/, "")),
  each((text) => text.replace(/(user|row)\.email\.toLowerCase\(\)/, "$1.name")),
];

const columns: readonly Column[] = [
  {},
  { toggle: ownFlags },
  { toggle: openFeature },
  { toggle: ownFlags, value: { kind: "sql", sql: "split_part(email, '@', 1)" } },
];
const region: Column = { added: field("region", { isOptional: true }), value: { kind: "sql", sql: "'eu'" } };

test("after any changes contract ends clean, or lists what is left, and leaves another column alone", async () => {
  const changes = fc.array(fc.tuple(fc.constantFrom(...mutations), fc.nat(9)), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(projects, fc.constantFrom(...columns), changes, async (before, column, made) => {
      const first = await editFor("switch", before, [], column);
      const second = await editFor("switch", apply(before, first), [], region);
      const files = made.reduce((at, [mutate, seed]) => mutate(at, seed), apply(apply(before, first), second));
      const result = await editFor("contract", files, first.edits, column);
      const after = apply(files, result);
      const all: readonly PlannedEdit[] = [...first.edits, ...result.edits];
      for (const { file, text } of after) expect(hasErrors(file, text), text).toBe(false);
      for (const { file, text } of after) {
        const left = /handle\)?\s*\?\?|user-handle-read/.test(text);
        const isListed = result.places.some((place) => place.file === file || /Lockstep wrote/.test(place.reason));
        expect(left && !isListed, `${text}\n${JSON.stringify(result.places, null, 1)}`).toBe(false);
      }
      // The other column stands as it stood.
      const others = (at: Files) => at.map(({ text }) => text.match(/region: .*/g));
      expect(others(after)).toEqual(others(files));
      const again = await editFor("contract", after, all, column);
      expect(again).toMatchObject({ changes: [], edits: [], places: result.places });
      expect((await undoOf("contract", after, all, column)).files).toEqual(files);
    }),
    { numRuns: 150 },
  );
});

function hasErrors(file: string, text: string): boolean {
  const { ast } = parseSourceFile(file, text);
  return (ast as unknown as { readonly parseDiagnostics: readonly unknown[] }).parseDiagnostics.length > 0;
}
