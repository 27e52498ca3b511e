import internals from "@prisma/internals";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toEntityModels } from "../../../plugin-prisma/src/schema/entities.js";
import { databaseName } from "../../../plugin-prisma/src/schema/model.js";
import { readSchema } from "../../../plugin-prisma/src/schema/read.js";
import { schemaArbitrary } from "./arbitrary-schema.js";

const files = (content: string) => [{ path: "schema.prisma", content }];
const read = (content: string) => readSchema(files(content));

/** We leave the stars of block comments out; Prisma keeps them, and CRLF inside. */
const undecorated = (text: string) =>
  text
    .replace(/^ *\* ?/gm, "")
    .replaceAll("\r\n", "\n")
    .trim();

describe("readSchema", () => {
  it("sees what Prisma sees, whatever the spacing", async () => {
    await fc.assert(
      fc.asyncProperty(schemaArbitrary, async ({ content }) => {
        const dmmf = await internals.getDMMF({ datamodel: content });
        const schema = read(content);
        const ours = schema.models.map((model) => ({
          name: model.name,
          dbName: databaseName(model),
          fields: model.fields
            .filter((field) => !field.type.startsWith("Unsupported"))
            .map((field) => ({
              name: field.name,
              dbName: databaseName(field),
              type: field.type,
              isList: field.isList,
              isRequired: field.isList || !field.isOptional,
              documentation: undecorated(field.documentation),
            })),
        }));
        const theirs = dmmf.datamodel.models.map((model) => ({
          name: model.name,
          dbName: model.dbName ?? model.name,
          fields: model.fields.map((field) => ({
            name: field.name,
            dbName: field.dbName ?? field.name,
            type: field.type,
            isList: field.isList,
            isRequired: field.isRequired,
            documentation: undecorated(field.documentation ?? ""),
          })),
        }));
        expect(ours).toEqual(theirs);
        for (const model of schema.models) {
          expect(content.slice(model.span.start, model.span.end)).toMatch(/^model [\s\S]*\}$/);
          for (const field of model.fields) {
            expect(content.slice(field.nameSpan.start, field.nameSpan.end)).toBe(field.name);
            expect(content.slice(field.typeSpan.start, field.typeSpan.end)).toBe(field.type);
            expect(content.slice(0, field.span.start).split(/\r\n|\n|\r/).length).toBe(field.line);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it("reads attributes, docs and several files", () => {
    const schema = readSchema([
      {
        path: "a.prisma",
        content: '\ufeffgenerator client {\n  provider = "prisma-client" // why\n  output   = "../gen//x"\n}\n',
      },
      {
        path: "b.prisma",
        content: `/// Someone.
model User {
  id    Int    @id
  /// Shown.

  email String @map(name: "e mail") @db.VarChar(64) @default("a)b") /// at the end
  a     Int
  @@unique(fields: [a, email(sort: Desc)], name: "x")
  @@schema("auth")
}
enum Role {
  ADMIN @map("admin")
  @@map("roles")
}
`,
      },
    ]);
    const [user] = schema.models;
    expect(user).toMatchObject({ name: "User", file: "b.prisma", line: 2, documentation: "Someone." });
    const email = user!.fields[1]!;
    expect(email).toMatchObject({ documentation: "Shown.\nat the end", line: 6 });
    expect(email.documentationLines.map((line) => line.line)).toEqual([4, 6]);
    expect(email.attributes.map(({ name, args }) => [name, args])).toEqual([
      ["map", 'name: "e mail"'],
      ["db.VarChar", "64"],
      ["default", '"a)b"'],
    ]);
    expect(schema.enums).toMatchObject([{ name: "Role", values: [{ name: "ADMIN" }] }]);
  });
});

describe("toEntityModels", () => {
  it("names tables of schema public as the engine's SQL does: alone", () => {
    const models = toEntityModels(
      files(`
datasource db {
  provider = "postgresql"
  schemas = ["public", "billing"]
}
model A {
  id Int @id
  @@schema("public")
}
model B {
  id Int @id
  @@schema("billing")
}
`),
    );
    expect(models.map(({ table }) => table)).toEqual([{ name: "A" }, { schema: "billing", name: "B" }]);
  });

  it("maps names, keys, relations and defaults", () => {
    const models = toEntityModels(
      files(`
datasource db {
  provider = "postgresql"
  schemas = ["public", "blog"]
}
model Post {
  id Int @default(autoincrement())
  tenant Int @map("tenant_id")
  authorId Int @unique
  author User @relation("wrote", fields: [authorId], references: [id])
  role Role @default(ADMIN)
  tags String[]
  seen DateTime @updatedAt
  place Unsupported("point")?
  old String @ignore
  slug String
  @@id([tenant, id])
  @@unique([slug])
  @@map("posts")
  @@schema("blog")
}
model User {
  id Int @id
  post Post? @relation("wrote")
  @@schema("public")
}
model Hidden {
  id Int @id
  @@ignore
  @@schema("public")
}
view V {
  id Int @unique
  @@schema("public")
}
enum Role {
  ADMIN @map("admin")
  @@schema("public")
}
`),
    );
    expect(models.map((model) => model.name)).toEqual(["Post", "User"]);
    const [post, user] = models;
    expect(post).toMatchObject({
      table: { schema: "blog", name: "posts" },
      primaryKey: ["tenant_id", "id"],
      relations: [{ name: "author", model: "User" }],
    });
    expect(user).toMatchObject({ table: { name: "User" }, relations: [{ name: "post", model: "Post" }] });
    expect(post!.fields.map((field) => [field.name, field.column, field.type])).toEqual([
      ["id", "id", "int"],
      ["tenant", "tenant_id", "int"],
      ["authorId", "authorId", "int"],
      ["role", "role", "enum"],
      ["tags", "tags", "string"],
      ["seen", "seen", "datetime"],
      ["slug", "slug", "string"],
    ]);
    const named = Object.fromEntries(post!.fields.map((field) => [field.name, field]));
    expect(named.id).toMatchObject({ isId: true, hasDefault: true });
    expect(named.tenant).toMatchObject({ isId: true, hasDefault: false });
    expect(named.authorId).toMatchObject({ isForeignKey: true, isUnique: true });
    expect(named.role).toMatchObject({ enumName: "Role", hasDefault: true, defaultValue: "admin" });
    expect(named.seen).toMatchObject({ isUpdatedAt: true, hasDefault: true });
    expect(named.slug).toMatchObject({ isUnique: true });
    expect(named.tags).toMatchObject({ isList: true });
  });
});
