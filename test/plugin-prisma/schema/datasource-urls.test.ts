import { expect, test } from "vitest";
import { parseArguments } from "../../../plugin-prisma/src/engine/arguments.js";
import { acceptedByPrisma7, withBlocksOf } from "../../../plugin-prisma/src/schema/accepted-by-7.js";
import { urlsInSchema } from "../../../plugin-prisma/src/schema/datasource-urls.js";
import { makeOptional } from "../../../plugin-prisma/src/schema/edit.js";
import { editModels } from "../../../plugin-prisma/src/schema/edit-schema.js";

const file = (settings: string) => ({
  path: "schema.prisma",
  content: `datasource db {\n  provider = "postgresql"\n${settings}}\n\nmodel User {\n  id  Int    @id\n  url String\n}\n`,
});
const env = { DATABASE_URL: "postgresql://pool/db", DIRECT_URL: "postgresql://direct/db" };

test.each([
  ['  url = env("DATABASE_URL")\n', { url: "postgresql://pool/db" }],
  ['  url       = env("DATABASE_URL")\n  directUrl = env("DIRECT_URL")\n', { url: "postgresql://direct/db" }],
  ['  url = "postgresql://text/db" // mine\n', { url: "postgresql://text/db" }],
  ['  url = env("NOT_SET")\n', {}],
  ['  shadowDatabaseUrl = "postgresql://shadow/db"\n', { shadowDatabaseUrl: "postgresql://shadow/db" }],
  ["", {}],
])("the URLs of %j", (settings, expected) => {
  expect(urlsInSchema([file(settings)], env)).toEqual(expected);
});

test("without its URLs a file has every other character where it was, and gets them back", () => {
  const before = file('  url = env("DATABASE_URL") // mine\n');
  const [after] = acceptedByPrisma7([before]);
  expect(after?.content).not.toContain("env(");
  expect(after?.content.length).toBe(before.content.length);
  expect(after?.content).toContain("  url String");
  expect(withBlocksOf([after!], [before])[0]?.content).toBe(before.content);
});

test("a setting that is called as a preview feature stays", () => {
  const content = 'generator metrics {\n  provider = "metrics"\n  output = "metrics"\n}\n';
  expect(acceptedByPrisma7([{ content }])).toEqual([{ content }]);
});

test.each([
  ['["metrics"]', "[         ]"],
  ['["metrics", "views"]', '[           "views"]'],
  ['["views", "metrics"]', '["views"           ]'],
  ['["views"]', '["views"]'],
])("previewFeatures = %s, which Prisma 7 refuses, is read as %s and written as before", (features, accepted) => {
  const text = (list: string) => `generator client {\n  provider = "prisma-client"\n  previewFeatures = ${list}\n}\n`;
  const before = { path: "schema.prisma", content: text(features) };
  const [after] = acceptedByPrisma7([before]);
  expect(after?.content).toBe(text(accepted));
  expect(withBlocksOf([after!], [before])).toEqual([before]);
});

test("Prisma 6 gives commands the bare URL, 7 a document", () => {
  const read = (value: string) => parseArguments(["cli", "--datasource", value, "can-connect-to-database"]);
  const expected = { kind: "cli", command: "can-connect-to-database", datasource: { url: "postgresql://h/d" } };
  expect(read("postgresql://h/d")).toEqual(expected);
  expect(read('{"url":"postgresql://h/d"}')).toEqual(expected);
});

test("several fields of several models are edited as one after the other", () => {
  const files = [
    {
      path: "a.prisma",
      content:
        "model A {\n  id    Int    @id\n  one   String\n  three Int\n}\n\nmodel B {\n  id  Int @id\n  two Int @unique\n}\n",
    },
    { path: "b.prisma", content: "model C {\n  id Int @id\n}\n" },
  ];
  const edits = [
    { model: "A", field: "one" },
    { model: "B", field: "two" },
    { model: "A", field: "three" },
  ];
  const apply = (one: readonly (typeof files)[number][], { model, field }: (typeof edits)[number]) =>
    makeOptional(one, model, field);
  expect(editModels(files, edits, apply)).toEqual(edits.reduce(apply, files));
  expect(() => editModels(files, [{ model: "A", field: "gone" }], apply)).toThrow(
    /No field gone in model A \(a\.prisma:1\)/,
  );
});
