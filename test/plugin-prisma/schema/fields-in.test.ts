import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { prismaPlugin } from "../../../plugin-prisma/src/plugin.js";
import type { PrismaProject } from "../../../plugin-prisma/src/project.js";
import { fieldsIn } from "../../../plugin-prisma/src/schema/fields-in.js";
import { readSchema } from "../../../plugin-prisma/src/schema/read.js";
import { schemaArbitrary } from "./arbitrary-schema.js";

test("reads one model as the whole schema is read", () => {
  fc.assert(
    fc.property(schemaArbitrary, ({ content }) => {
      const { models } = readSchema([{ path: "schema.prisma", content }]);
      for (const { kind, name, fields } of models)
        expect(fieldsIn(content, name)).toEqual(kind === "model" ? fields.map((field) => field.name) : []);
    }),
  );
});

test("takes any piece of a schema", () => {
  fc.assert(
    fc.property(schemaArbitrary, fc.nat(), fc.nat(), ({ content }, from, length) => {
      const piece = content.slice(from % content.length, (from % content.length) + (length % content.length));
      expect(fieldsIn(piece, "User")).toBeInstanceOf(Array);
    }),
  );
});

test.each([
  ["another model, and one that begins alike", "model Users {\n  a Int\n}\nmodel Team {\n  b Int\n}", []],
  ["a type and an enum of the name", "type User {\n  a Int\n}\nenum User {\n  B\n}", []],
  ["commented out", "/*\nmodel User {\n  a Int\n}\n*/\n// model User {\n  b Int\n}", []],
  ["commented out, and then there", "/* model User {\n  a Int\n} */\nmodel User {\n  b Int\n}", ["b"]],
  ["behind what only looks like a comment", "// src/**/*.ts and /*\nmodel User {\n  a Int\n}", ["a"]],
  [
    "an end in a comment",
    "model User {\n  a Int\n  /*\n}\n  x Int\n  */\n  b Int\n}\nmodel Other {\n  c Int\n}",
    ["a", "b"],
  ],
  [
    "relations and everything behind a type",
    'model User {\n\ta Int? @map("x }") // b Int\n  posts Post[]\n\n  @@index([a])\n}',
    ["a", "posts"],
  ],
  ["line breaks of Windows", "model User{\r\n  a Int\r\n  b Int\r\n}\r\n", ["a", "b"]],
  [
    "a conflict that was committed",
    "model User {\n<<<<<<< HEAD\n  a Int\n=======\n  b Int\n>>>>>>> other\n}",
    ["a", "b"],
  ],
  ["no end", "model User {\n  a Int\n", []],
])("%s", (_, text, fields) => {
  expect(fieldsIn(text, "User")).toEqual(fields);
});

test("names the files that declare a model", async () => {
  const root = mkdtempSync(join(tmpdir(), "lockstep-schema-"));
  try {
    const files = {
      "schema/a.prisma": "model Team {\n  users User[]\n}\n",
      "schema/b.prisma": "model User {\n  id Int @id\n}\n",
    };
    mkdirSync(join(root, "schema"));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), text);
    const project = { root, schemaFiles: Object.keys(files) } as unknown as PrismaProject;
    expect(await prismaPlugin.modelFiles(project, "User")).toEqual(["schema/b.prisma"]);
    expect(await prismaPlugin.modelFiles(project, "Gone")).toEqual([]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
