import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Entities } from "../../../plugin-typeorm/src/entities/entities.js";
import { fieldsIn } from "../../../plugin-typeorm/src/entities/fields-in.js";
import { modelFiles } from "../../../plugin-typeorm/src/entities/files.js";
import { arbitraryEntity } from "./arbitrary-entity.js";
import { fixtures } from "./fixtures.js";

/** A file alone does not say what its own names for decorators mean. */
const alone = fixtures().filter(({ name }) => name !== "import-names");

test.each(alone)("reads a file of $name as the whole project is read", ({ files }) => {
  for (const { name, file, members } of new Entities(files).entities)
    expect(fieldsIn(file.text, name)).toEqual(members.filter((each) => each.file === file).map((each) => each.name));
});

test("reads what the whole project is read as, and takes any piece of it", () => {
  fc.assert(
    fc.property(arbitraryEntity("plain"), fc.nat(), fc.nat(), ({ files: [file], columns }, from, length) => {
      const text = file!.content;
      expect(fieldsIn(text, "User")).toEqual(columns.map(({ field }) => field));
      const piece = text.slice(from % text.length, (from % text.length) + (length % text.length));
      expect(fieldsIn(piece, "User")).toBeInstanceOf(Array);
    }),
  );
});

const orm = 'import { Column, Entity, EntitySchema, ManyToOne } from "typeorm";\n';

test.each([
  ["no class of the name", `${orm}@Entity() class Users { @Column() a: string }`, []],
  [
    "only the own columns",
    `${orm}class Base { @Column() a: string }\n@Entity() class User extends Base { @Column() b: string }`,
    ["b"],
  ],
  ["a class without a decorator", `${orm}class User { a: string }`, []],
  ["a class of something else", 'import { Field } from "@nestjs/graphql";\nclass User { @Field() a: string }', []],
  [
    "decorators under other names",
    'import * as orm from "typeorm";\nimport { Column as Col } from "typeorm";\n@orm.Entity() class User { @Col() a: string; @orm.Column() b: string }',
    ["a", "b"],
  ],
  [
    "relations and embedded classes",
    `${orm}@Entity() class User { @ManyToOne(() => Team) team: Team; @Column(() => Name) name: Name; b() {} }`,
    ["team", "name"],
  ],
  [
    "decorators that a file exports again",
    'import { Column as C, Entity } from "./orm";\n@Entity() class User { @Column() a: string; @orm.Column() b: string; @Other() c: string }',
    ["a", "b"],
  ],
  [
    "a schema by its name",
    `${orm}export const Users = new EntitySchema({ name: "User", columns: { id: { type: Number }, a: { type: String } } });`,
    ["id", "a"],
  ],
  [
    "a schema by its class",
    `${orm}const base = { id: { type: Number } };\nexport class User { a = 1 }\nexport default new EntitySchema<User>({ target: User, columns: { ...base, a: { type: String } }, relations: { team: { type: "many-to-one", target: "Team" } } });`,
    ["id", "a", "team"],
  ],
  [
    "JavaScript",
    'const { EntitySchema } = require("typeorm");\nmodule.exports = new EntitySchema({ name: "User", columns: { a: { type: String } } });',
    ["a"],
  ],
  [
    "a conflict that was committed",
    `${orm}@Entity() class User {\n<<<<<<< HEAD\n  @Column() a: string;\n=======\n  @Column() b: string;\n>>>>>>> other\n}`,
    ["a"],
  ],
  [
    "syntax from before and after",
    `${orm}@Entity() class User { @Column() a = <any>1; @Column() accessor b: string; @Column() "c-d": string; @Column() #e; @Column() [f]: string }`,
    ["a", "b", "c-d"],
  ],
])("%s", (_, text, fields) => {
  expect(fieldsIn(text, "User")).toEqual(fields);
});

test("names the files that declare an entity", async () => {
  const root = mkdtempSync(join(tmpdir(), "lockstep-model-files-"));
  try {
    const texts: Readonly<Record<string, string>> = {
      "src/user.ts": `${orm}import { Base } from "./base";\n@Entity() export class User extends Base { @Column() a: string }`,
      "src/base.ts": `${orm}export class Base { @Column() b: string }`,
      "src/user.dto.ts": "export class User { a: string }",
      "src/users.ts": 'import { User } from "./user";\nexport class Users { constructor(readonly all: User[]) {} }',
      "src/team.schema.js":
        'module.exports = new (require("typeorm").EntitySchema)({ name: "Team", columns: { a: {} } });',
      "src/migrations/1.ts": `${orm}@Entity() class User { @Column() a: string }`,
    };
    for (const [path, text] of Object.entries(texts)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const project = { root, generatedFolders: [], migrationsFolder: "src/migrations" };
    expect(await modelFiles(project, "User")).toEqual(["src/user.ts"]);
    expect(await modelFiles(project, "Gone")).toEqual([]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
