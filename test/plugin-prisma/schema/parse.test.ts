import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findProject } from "../../../plugin-prisma/src/init/project.js";
import { prismaPlugin } from "../../../plugin-prisma/src/plugin.js";
import { assertSameReading } from "../../../plugin-prisma/src/schema/compare.js";
import { schemaFiles } from "../../../plugin-prisma/src/schema/files.js";
import { parseSchema } from "../../../plugin-prisma/src/schema/parse.js";
import { readSchema } from "../../../plugin-prisma/src/schema/read.js";
import { columnSources } from "../../../plugin-prisma/src/schema/sources.js";
import { linkPrisma6 } from "../../support/prisma-6.js";
import { prismaBin, project, run } from "../init/real-projects.js";

/** A generator that writes down what `prisma generate` hands to it: the models and generators as that CLI reads them. */
const generator = `import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  const result = method === "getManifest" ? { manifest: { prettyName: "printed" } } : null;
  if (method === "generate")
    writeFileSync("printed.json", JSON.stringify({ datamodel: params.dmmf.datamodel, datasources: params.datasources }));
  process.stderr.write(JSON.stringify({ jsonrpc: "2.0", id, result }) + "\\n");
}
`;
const head = (version: 6 | 7, generatorLines = "", datasourceLines = "") => `generator printed {
  provider = "node print.mjs"
  output   = env("PRINTED_TO")
${generatorLines}}

datasource db {
  provider = "postgresql" // } not its end
${version === 6 ? '  url      = env("DATABASE_URL")\n' : ""}${datasourceLines}}

`;
const models = `/// Somebody.
model User {
  id        Int      @id @default(autoincrement())
  /// Where receipts go.
  email     String   @unique @map("e_mail") @db.VarChar(320) /// one each
  role      Role     @default(ADMIN)
  tags      String[] @default(["a", "b"])
  big       BigInt   @default(9007199254740993)
  token     String   @default(uuid(7))
  at        DateTime @default(now()) @db.Timestamptz(3)
  changed   DateTime @updatedAt
  place     Unsupported("point")?
  hidden    String?  @ignore
  posts     Post[]   @relation("wrote")
  /* model NotOne {
     id Int @id
  } */
  manager   User?    @relation("over", fields: [managerId], references: [id])
  managerId Int?
  team      User[]   @relation("over")
  labels    Label[]
  bare      FieldsBare[] @relation("bare")

  @@map("users")
}
`;
const more = `model Post {
  tenant   Int
  number   Int
  authorId Int
  author   User   @relation("wrote", fields: [authorId], references: [id], onDelete: Cascade)
  slug     String

  @@id([tenant, number])
  @@unique([slug])
  @@unique(fields: [authorId, slug(sort: Desc)], name: "mine", map: "post_mine")
  @@index([slug(ops: raw("gin_trgm_ops"))], type: Gin)
}

model Key {
  id String @id @unique
}

model KeyOfModel {
  id String @unique

  @@id([id])
}

model KeyTwice {
  id   String @id
  name String

  @@unique([id])
  @@unique([name, id])
  @@unique([name])
}

model KeyBare {
  id Int
  of Int

  @@id(id)
  @@unique(map: "of_it, where: none, fields: [id]", of(sort: Desc))
}

model FieldsBare {
  id     Int    @id
  name   String
  text   String
  userId Int?
  user   User?  @relation("bare", fields: userId, references: id)

  @@unique(fields: name)
  @@index([text(ops: raw("text, id")), id])
  @@index(id)
}

model Label {
  id    Int    @id
  users User[]
}

model Old {
  id Int @id
  @@ignore
}
`;
const roles = `enum Role {
  ADMIN @map("admin")
  USER  // plain

  @@map("roles")
}
`;

interface Case {
  readonly name: string;
  readonly version: 6 | 7;
  readonly files: Readonly<Record<string, string>>;
}
const cases: readonly Case[] = ([6, 7] as const).flatMap((version) => [
  {
    name: "several files, enums, composite ids, names in the database, comments and defaults",
    version,
    files: {
      "prisma/schema/main.prisma": head(version),
      "prisma/schema/users.prisma": models,
      "prisma/schema/more/posts.prisma": more.replaceAll("\n", "\r\n"),
      "prisma/schema/more/roles.prisma": roles,
    },
  },
  {
    name: "views and several schemas",
    version,
    files: {
      "prisma/schema/main.prisma": `${head(version, '  previewFeatures = ["views"]\n', '  schemas = ["public", "billing"]\n')}
model Bill {
  id    Int  @id
  state State
  @@schema("billing")
}
model Item {
  id Int @id
  @@schema("public")
}
view Sum {
  id    Int @unique
  total Decimal @db.Decimal(10, 2)
  @@schema("billing")
}
enum State {
  OPEN
  @@schema("billing")
}
`,
    },
  },
]);
const metrics: Case = {
  name: "a preview feature that only Prisma 6 knows",
  version: 6,
  files: {
    "prisma/schema/main.prisma": `${head(6, '  previewFeatures = ["metrics"]\n')}model Item {\n  id Int @id\n}\n`,
  },
};

function create({ version, files }: Pick<Case, "version" | "files">): string {
  const config =
    'import { defineConfig } from "prisma/config";\nexport default defineConfig({ schema: "prisma/schema" });\n';
  const all = { "package.json": "{}", "prisma.config.ts": config, "print.mjs": generator, ...files };
  const root = project(all, version === 6 ? [] : ["prisma"]);
  if (version === 6) linkPrisma6(root);
  return root;
}

describe("a project's schema is read as its own Prisma reads it", () => {
  it.each([...cases, metrics])("Prisma $version: $name", async ({ version, files }) => {
    const root = create({ version, files });
    const binary = version === 6 ? join(root, "node_modules/prisma/build/index.js") : prismaBin;
    // Never started: without one that is there the CLI downloads an engine.
    const engines = { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_QUERY_ENGINE_LIBRARY: process.execPath };
    const env = { ...engines, DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none", PRINTED_TO: "../../src/printed" };
    const { status, output } = run(root, process.execPath, [binary, "generate"], env);
    expect(status, output).toBe(0);
    const theirs = JSON.parse(readFileSync(join(root, "printed.json"), "utf8"));
    process.env.PRINTED_TO = env.PRINTED_TO;
    const found = await findProject(root);
    delete process.env.PRINTED_TO;
    expect(found).toMatchObject({
      ormVersion: expect.stringMatching(new RegExp(`^${version}\\.`)),
      schemaFiles: Object.keys(files).sort(),
      generatedFolders: ["src/printed"],
      provider: theirs.datasources[0].activeProvider,
    });
    expect(parseSchema(schemaFiles(found))).toEqual(theirs.datamodel);
    const entities = await prismaPlugin.readModels(found);
    const isView = /Sum/;
    expect(entities.map(({ name }) => name)).toEqual(
      theirs.datamodel.models.flatMap(({ name }: { name: string }) => (isView.test(name) ? [] : [name])),
    );
  });
});

it("a partial unique index is none for a whole table", () => {
  const partial = [
    {
      path: "schema.prisma",
      content: `generator client {
  provider        = "prisma-client"
  previewFeatures = ["partialIndexes"]
}

datasource db {
  provider = "postgresql"
}

model Item {
  id    Int    @id
  name  String
  title String @unique(where: raw("hidden is null"))

  @@unique([name], where: raw("hidden is null"), map: "visible")
}
`,
    },
  ];
  expect(parseSchema(partial).models[0]?.fields.map(({ isUnique }) => isUnique)).toEqual([false, false, false]);
});

describe("both readings of a schema agree, or nothing is done", () => {
  const path = "prisma/schema.prisma";
  const content = `${head(7)}${models}${more}${roles}`;

  const lineOf = (text: string) => content.slice(0, content.indexOf(text)).split("\n").length;

  it.each([
    ["email     String ", "email     Int ", "email ", 'User.email as String @unique @map("e_mail"), Lockstep as Int'],
    ["managerId Int?", "managerId Int", "managerId Int?", "User.managerId as Int?, Lockstep as Int"],
    ["tags      String[]", "tags      String", "tags ", "User.tags as String[], Lockstep as String"],
    ["  slug     String\n", "", "model Post", "Post.slug as String @unique, Lockstep as nothing"],
    ["@@unique([slug])", "@@index([slug])", "slug     String", "Post.slug as String @unique, Lockstep as String"],
    ['@@map("users")', "", "model User", 'User as a model @map("users"), Lockstep as a model'],
    ['ADMIN @map("admin")', "ADMIN", "enum Role", 'Role.ADMIN as a value @map("admin"), Lockstep as a value'],
    ["model Label {", "model Labels {", undefined, "Label as a model, Lockstep as nothing"],
    ["tenant   Int\n", "tenant   Int @id\n", "tenant  ", "Post.tenant as Int, Lockstep as Int @id"],
  ])("%j read as %j", async (before, after, place, message) => {
    const files = [{ path, content }];
    const dataModel = parseSchema(files);
    expect(content).toContain(before);
    const misread = readSchema([{ path, content: content.replace(before, after) }]);
    // Work on what is read alike goes on.
    const owner = message.slice(0, /[ .]/.exec(message)?.index);
    const others = new Set(
      [...dataModel.models, ...dataModel.enums].map(({ name }) => name).filter((name) => name !== owner),
    );
    expect(() => assertSameReading(misread, dataModel, others)).not.toThrow();
    const sources = await columnSources(
      { ...misread, files },
      { schemaFiles: [path], root: import.meta.dirname, generatedFolders: [] },
    );
    expect(sources({ name: "KeyBare" }, "of")).toMatchObject({ model: "KeyBare", field: "of" });
    const model = dataModel.models.find(({ name }) => name === owner);
    if (model !== undefined)
      expect(() => sources({ name: model.dbName ?? owner }, model.fields[0]?.name ?? "")).toThrow(
        expect.objectContaining({ code: "LS8013" }),
      );
    expect(() => assertSameReading(misread, dataModel)).toThrow(
      expect.objectContaining({
        code: "LS8013",
        message: expect.stringContaining(
          `${path}${place === undefined ? "" : `:${lineOf(place)}`}: Prisma reads ${message}`,
        ),
      }),
    );
  });

  it("says what Prisma says about a schema that it refuses", () => {
    const conflict = [{ path, content: content.replace("  role ", "<<<<<<< HEAD\n  role ") }];
    expect(() => parseSchema(conflict)).toThrow(
      expect.objectContaining({ code: "LS8027", message: expect.stringContaining(`${path}:${lineOf("role ")}: git`) }),
    );
    const refused = [{ path, content: content.replace("Role     @default", "Rôle     @default") }];
    expect(() => parseSchema(refused)).toThrow(
      expect.objectContaining({ code: "LS8012", message: expect.stringContaining(`-->  ${path}:${lineOf("role ")}`) }),
    );
  });
});
