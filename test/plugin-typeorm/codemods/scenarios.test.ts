import { describe, expect, test } from "vitest";
import { planCodeEdits } from "../../../core/src/code/run/plan-edits.js";
import { planCodeUndo } from "../../../core/src/code/run/plan-undo.js";
import { relevance } from "../../../core/src/code/sources/source-files.js";
import type { EntityField, EntityModel, PlannedEdit, WriteValue } from "../../../core/src/model/index.js";
import { chooseAll } from "../../support/choices.js";
import {
  apply,
  type Column,
  codePhases,
  editFor,
  type Files,
  field,
  handle,
  request,
  shopModels,
  textOf,
  transforms,
  undoOf,
  withEntities,
} from "./phases.js";

const user = (
  extra = "",
  head = '@Entity("users")',
) => `import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";
${head}
export class User {
  @PrimaryGeneratedColumn() id!: number;
  @Column() email!: string;
  @Column() name!: string;
  @Column() createdAt!: Date;
  @Column() updatedAt!: Date;
${extra}}
`;

async function expand(files: Files, column: Column = {}) {
  const result = await editFor("expand", files, [], column);
  return { files: apply(files, result), result };
}

/** The file after expand, and that undo gives every file back. */
async function expanded(files: Files, column: Column = {}, file = "src/code.ts") {
  const { files: after, result } = await expand(files, column);
  expect(await undoOf("expand", after, result.edits, column)).toEqual({ files, places: [] });
  return { text: textOf(after, file), places: result.places, files: after };
}

describe("a column that stays optional is empty as its property says", () => {
  const about: Column = { value: { kind: "none" }, staysOptional: true, exposure: "exposed", choose: chooseAll };
  const dto = "export interface CreateUserInput { email: string; name: string }\n";
  const view = "export interface UserView { id: number; email: string; name: string; createdAt: Date }\n";
  const row = '{ id: 1, email: "a@x.com", name: "A", createdAt: day, updatedAt: day }';
  const fixture = `import { User } from "./user.entity";\nexport const ada: User = ${row};\n`;

  test.each([
    ["handle!: string | null", "handle?: string | null", "handle: string | null", "handle: null"],
    ["handle?: string | null", "handle?: string | null", "handle?: string | null", undefined],
    ["handle?: string", "handle?: string", "handle?: string | null", undefined],
  ])("%s", async (property, sent, shown, inRow) => {
    const column = `  @Column({ type: "varchar", nullable: true }) ${property};\n`;
    const files: Files = [
      { file: "src/user.entity.ts", text: user(column) },
      { file: "src/types.ts", text: `${dto}${view}` },
      { file: "src/users.test.ts", text: fixture },
    ];
    const made = await editFor("expand", files, [], about);
    const read = await editFor("switch", apply(files, made), made.edits, about);
    const texts = [...made.edits, ...read.edits].map(({ text }) => text);
    expect(texts.sort()).toEqual([sent, shown, ...(inRow === undefined ? [] : [inRow])].sort());
  });
});

describe("an assertion and the row that its test builds", () => {
  const row = 'id: 1, email: "Ada@x.com", name: "Ada", createdAt: day, updatedAt: day';
  const mapper = `import type { User } from "./user.entity";

export interface UserResponse { id: number; email: string; name: string; createdAt: Date; updatedAt: Date }
export const toUserResponse = (user: User): UserResponse =>
  ({ id: user.id, email: user.email, name: user.name, createdAt: user.createdAt, updatedAt: user.updatedAt });
`;
  const head = 'import { User } from "./user.entity";\nexport const day = new Date(0);\n';
  const filesOf = (built: string, actual: string, expected = row): Files => [
    {
      file: "src/user.entity.ts",
      text: user('  @Column({ type: "varchar", nullable: true }) handle!: string | null;\n'),
    },
    { file: "src/user.mapper.ts", text: mapper },
    { file: "test/factories.ts", text: `${head.replace("./", "../src/")}${built}` },
    {
      file: "test/users.test.ts",
      text: `import { day, made } from "./factories";\nimport { toUserResponse } from "../src/user.mapper";\nimport { User } from "../src/user.entity";\ntest("it", () => {\n  expect(toUserResponse(${actual})).toEqual({ ${expected} });\n});\n`,
    },
  ];
  const edited = async (files: Files) => {
    const result = await editFor("switch", files, []);
    const after = apply(files, result);
    expect(await undoOf("switch", after, result.edits)).toEqual({ files, places: [] });
    const [, , built, asserted] = after.map(({ text }) => text.match(/handle: "[^"]*"/g) ?? []);
    return { built, asserted, places: result.places.map(({ file, kind, reason }) => [file, kind, reason]) };
  };

  const value = 'handle: "ada@x.com"';
  test.each([
    ["an instance", `export const made = Object.assign(new User(), { ${row} });`, "made", row],
    ["a part", `export const made: Partial<User> = { ${row} };`, "made as User", row],
    ["a factory", `export const made = (over = {}) => Object.assign(new User(), { ${row}, ...over });`, "made()", row],
    [
      "a factory with another id",
      `export const made = (over = {}) => Object.assign(new User(), { ${row}, ...over });`,
      "made({ id: 2 })",
      row.replace("1", "2"),
    ],
  ])("%s gets the value with it", async (_name, built, actual, expected) => {
    expect(await edited(filesOf(built, actual, expected))).toEqual({ built: [value], asserted: [value], places: [] });
  });

  test("a row inside the assertion gets the value with it", async () => {
    const { asserted, places } = await edited(filesOf("export const made = 1;", `{ ${row} } as User`));
    expect({ asserted, places }).toEqual({ asserted: [value, value], places: [] });
  });

  test("a row without a value gets it later, if an earlier version edited the assertion alone", async () => {
    const files = filesOf(`export const made = Object.assign(new User(), { ${row} });`, "made", `${row}, ${value}`);
    expect(await edited(files)).toMatchObject({ built: [value], asserted: [value], places: [] });
  });

  test("a row that has a value keeps it, and the assertion expects it", async () => {
    const built = `export const made = Object.assign(new User(), { ${row}, ${value} });`;
    expect(await edited(filesOf(built, "made"))).toMatchObject({ built: [value], asserted: [value], places: [] });
  });

  test.each([
    [
      "another email",
      `export const made = (over = {}) => Object.assign(new User(), { ${row}, ...over });`,
      'made({ email: "B@x.com" })',
      row.replace("Ada@", "B@"),
    ],
    [
      "members that are set one by one",
      'export const made = () => { const it = new User(); it.email = "Ada@x.com"; return it; };',
      "made()",
      row,
    ],
    ["another value", `export const made = Object.assign(new User(), { ${row}, handle: "own" });`, "made", row],
  ])("%s: neither is edited, and both are listed", async (_name, built, actual, expected) => {
    const files = filesOf(built, actual, expected);
    const { asserted, places } = await edited(files);
    expect(asserted).toEqual([]);
    expect(places).toContainEqual([
      "test/users.test.ts",
      "required",
      expect.stringContaining("the test itself builds"),
    ]);
  });
});

describe("an app of several files", () => {
  const files: Files = [
    { file: "src/users/user.entity.ts", text: user() },
    { file: "src/users/index.ts", text: 'export * from "./user.entity";\nexport * from "./dto/create-user.dto";\n' },
    {
      file: "src/users/dto/create-user.dto.ts",
      text: 'import { IsEmail, IsString } from "class-validator";\n\nexport class CreateUserDto {\n  @IsEmail()\n  email!: string;\n\n  @IsString()\n  name!: string;\n}\n',
    },
    {
      file: "src/users/dto/user.dto.ts",
      text: "export class UserDto {\n  id!: number;\n  email!: string;\n  name!: string;\n  createdAt!: Date;\n  updatedAt!: Date;\n}\n",
    },
    {
      file: "src/users/users.mapper.ts",
      text: 'import { User } from ".";\nimport { UserDto } from "./dto/user.dto";\n\nexport const toDto = (user: User): UserDto => ({\n  id: user.id,\n  email: user.email,\n  name: user.name,\n  createdAt: user.createdAt,\n  updatedAt: user.updatedAt,\n});\n',
    },
    {
      file: "src/users/users.service.ts",
      text: 'import type { Repository } from "typeorm";\nimport { CreateUserDto, User } from "@/users";\n\nexport class UsersService {\n  constructor(private readonly users: Repository<User>) {}\n\n  add(dto: CreateUserDto) {\n    return this.users.save(this.users.create(dto));\n  }\n}\n',
    },
    {
      file: "src/jobs/import.ts",
      text: 'import { AppDataSource } from "../data-source";\nimport { User } from "../users";\n\nexport const run = (rows: string[]) => AppDataSource.getRepository(User).insert(rows.map((email) => ({ email, name: "x" })));\n',
    },
  ];

  test("each file gets its part in its phase, and every phase can be taken back", async () => {
    let current = files;
    const earlier: PlannedEdit[] = [];
    for (const phase of codePhases) {
      const result = await editFor(phase, current, earlier);
      const offered = phase === "contract" ? ["class CreateUserDto"] : [];
      expect(
        result.places.map(({ what }) => what),
        phase,
      ).toEqual(offered);
      earlier.push(...result.edits);
      const after = apply(current, result);
      expect((await editFor(phase, after, earlier)).changes).toEqual([]);
      expect(await undoOf(phase, after, earlier)).toEqual({ files: current, places: [] });
      current = after;
    }
    expect(textOf(current, "src/users/user.entity.ts")).toBe(user());
    expect(textOf(current, "src/users/dto/create-user.dto.ts")).toContain(
      'import { IsEmail, IsOptional, IsString } from "class-validator";',
    );
    expect(textOf(current, "src/users/dto/create-user.dto.ts")).toContain(
      "\n\n  @IsOptional()\n  @IsString()\n  handle?: string;\n}\n",
    );
    expect(textOf(current, "src/users/users.service.ts")).toContain(
      "this.users.create({ ...dto, handle: dto.handle ?? dto.email.toLowerCase() })",
    );
    expect(textOf(current, "src/jobs/import.ts")).toContain('({ email, name: "x", handle: email.toLowerCase() })');
    expect(textOf(current, "src/users/dto/user.dto.ts")).toContain("  updatedAt!: Date;\n  handle!: string;\n}\n");
    expect(textOf(current, "src/users/users.mapper.ts")).toContain("  handle: user.handle,\n");
  });

  test("files are read that name no entity, where they bring TypeORM to others", () => {
    const matters = relevance({ models: shopModels().slice(0, 1) });
    const base =
      'import { Repository } from "typeorm";\nexport class Base<T extends object> extends Repository<T> {}\n';
    expect(matters(base)).toBe(true);
    expect(matters('import { z } from "zod";\n')).toBe(false);
  });
});

describe("JavaScript", () => {
  test("schemas and entities that are required", async () => {
    const schema = `const { EntitySchema } = require("typeorm");
const User = new EntitySchema({ name: "User", tableName: "users", columns: { email: { type: String } } });
module.exports = { User };
`;
    const code = `const { AppDataSource } = require("./data-source");
const { User } = require("./user");
const schemas = require("./user");

async function add(email, name) {
  await AppDataSource.getRepository(User).save({ email, name });
  await AppDataSource.getRepository("User").save({ email, name });
  await AppDataSource.getRepository(schemas.User).save({ email, name });
  await AppDataSource.manager.transaction(async (manager) => manager.insert(User, { email, name }));
}
module.exports = { add };
`;
    const { text, places } = await expanded(
      [
        { file: "src/code.js", text: code },
        { file: "src/user.js", text: schema },
      ],
      {},
      "src/code.js",
    );
    expect(text.match(/handle: email\.toLowerCase\(\)/g)).toHaveLength(4);
    expect(places).toEqual([]);
  });
});

test("a property that code outside of its class cannot assign is left to a person", async () => {
  const code = `import type { Repository } from "typeorm";
import { User } from "./entities/user.entity";

export async function add(users: Repository<User>, email: string) {
  const user = new User();
  user.email = email;
  user.name = "x";
  await users.save(user);
}
`;
  for (const modifier of ["readonly", "protected"]) {
    const entity = {
      file: "src/entities/user.entity.ts",
      text: user(`  @Column() ${modifier} handle!: string | null;\n`),
    };
    const { files, result } = await expand([entity, { file: "src/code.ts", text: code }]);
    expect(textOf(files)).toBe(code);
    expect(result.places).toMatchObject([
      { kind: "required", what: "add: new User", reason: expect.stringContaining("cannot be assigned") },
    ]);
  }
});

describe("what an undo takes back", () => {
  const code = `import type { Repository } from "typeorm";
import { User } from "./entities/user.entity";

export async function first(users: Repository<User>, email: string) {
  await users.insert({ email, name: "x" });
}

export async function second(users: Repository<User>, email: string) {
  const user = new User();
  user.email = email;
  user.name = "x";
  await users.save(user);
}
`;

  test("code that has moved and was formatted anew", async () => {
    const { files, result } = await expand(withEntities(code));
    const moved = textOf(files).replace(/export async function first[\s\S]*?\n\}\n\n/, "");
    const other = `import type { Repository } from "typeorm";
import { User } from "../entities/user.entity";

export class First {
  constructor(private readonly users: Repository<User>) {}

  async run(email: string) {
    await this.users.insert({
      email,
      name: "x",
      handle: email
        .toLowerCase(),
    });
  }
}
`;
    const after = [...withEntities(moved), { file: "src/moved/first.ts", text: other }];
    const undone = await undoOf("expand", after, result.edits);
    expect(undone.places).toEqual([]);
    expect(textOf(undone.files, "src/moved/first.ts")).toContain(
      '    await this.users.insert({\n      email,\n      name: "x",\n    });',
    );
    expect(textOf(undone.files)).not.toContain("handle");
  });

  test("what was changed by hand stays, and is listed", async () => {
    const { files, result } = await expand(withEntities(code));
    const changed = withEntities(
      textOf(files).replace("user.handle = user.email.toLowerCase();", 'user.handle = "mine";'),
    );
    const undone = await undoOf("expand", changed, result.edits);
    expect(textOf(undone.files)).toContain('user.handle = "mine";');
    expect(textOf(undone.files)).not.toContain("handle: email");
    expect(undone.places).toMatchObject([
      { kind: "required", what: "second: new User", reason: expect.stringMatching(/take handle out by hand/) },
    ]);
  });

  test("the same text that somebody else wrote is theirs", async () => {
    const mine =
      'export const mine = (users: Repository<User>, email: string) => users.insert({ email, name: "y", handle: email.toLowerCase() });\n';
    const files = withEntities(code + mine);
    const { text } = await expanded(files);
    expect(text).toContain(mine);
  });

  test("an import that other code uses by now stays", async () => {
    const dto = `import { IsEmail, IsString } from "class-validator";
import type { Repository } from "typeorm";
import { User } from "./entities/user.entity";

export class CreateUserDto {
  @IsEmail() email!: string;
  @IsString() name!: string;
}
export const add = (users: Repository<User>, dto: CreateUserDto) => users.save({ ...dto });
`;
    const { files, result } = await expand(withEntities(dto));
    const note = "export class Note {\n  @IsOptional() text?: string;\n}\n";
    const undone = await undoOf("expand", withEntities(textOf(files) + note), result.edits);
    expect(undone).toEqual({
      files: withEntities(dto.replace("IsEmail, IsString", "IsEmail, IsOptional, IsString") + note),
      places: [],
    });
  });
});

describe("two columns of one plan", () => {
  const code = `import { IsEmail, IsString } from "class-validator";
import type { Repository } from "typeorm";
import { User } from "./entities/user.entity";

export class CreateUserDto {
  @IsEmail()
  email!: string;

  @IsString()
  name!: string;
}

export async function add(users: Repository<User>, dto: CreateUserDto) {
  await users.insert({ email: dto.email, name: dto.name });
  await users.save(users.create(dto));
  const user = new User();
  user.email = dto.email;
  user.name = dto.name;
  await users.save(user);
}
`;
  const initials = field("initials", { isOptional: true });
  const models = shopModels().map((model) =>
    model.name === "User" ? { ...model, fields: [...model.fields, initials] } : model,
  );
  const values: readonly [string, WriteValue][] = [
    ["handle", { kind: "sql", sql: "lower(email)" }],
    ["initials", { kind: "sql", sql: "upper(name)" }],
  ];
  const kinds = ["write", "keepFromReads", "completeFixtures", "acceptInRequests"] as const;
  const intents = values.flatMap(([name, value]) => kinds.map((kind) => ({ model: "User", field: name, value, kind })));
  const base = { root: "/project", models, transforms, intents };

  test("end up in one literal, one class and one import; and are taken back together", async () => {
    const files = withEntities(code);
    const result = await planCodeEdits({ ...base, files, earlier: [] });
    const after = apply(files, result);
    expect(textOf(after)).toMatchInlineSnapshot(`
      "import { IsEmail, IsOptional, IsString } from "class-validator";
      import type { Repository } from "typeorm";
      import { User } from "./entities/user.entity";

      export class CreateUserDto {
        @IsEmail()
        email!: string;

        @IsString()
        name!: string;

        @IsOptional()
        @IsString()
        handle?: string;

        @IsOptional()
        @IsString()
        initials?: string;
      }

      export async function add(users: Repository<User>, dto: CreateUserDto) {
        await users.insert({ email: dto.email, name: dto.name, handle: dto.handle ?? dto.email.toLowerCase(), initials: dto.initials ?? dto.name.toUpperCase() });
        await users.save(users.create({ ...dto, handle: dto.handle ?? dto.email.toLowerCase(), initials: dto.initials ?? dto.name.toUpperCase() }));
        const user = new User();
        user.email = dto.email;
        user.name = dto.name;
        user.handle = dto.handle ?? user.email.toLowerCase();
        user.initials = dto.initials ?? user.name.toUpperCase();
        await users.save(user);
      }
      "
    `);
    const again = await planCodeEdits({ ...base, files: after, earlier: result.edits });
    expect(again.changes).toEqual([]);
    const undone = await planCodeUndo({ ...base, files: after, earlier: result.edits });
    expect({ files: apply(after, undone), places: undone.places }).toEqual({ files, places: [] });
  });
});

describe("a unique key that goes away", () => {
  const leave = {
    kind: "leaveUnique",
    model: "User",
    field: "handle",
    value: { kind: "none" },
    unique: "email",
  } as const;

  test("is listed where code knows rows by it", async () => {
    const code = `import type { Repository } from "typeorm";
import { Account } from "./entities/account.entity";
import { User } from "./entities/user.entity";
export async function run(users: Repository<User>, accounts: Repository<Account>, email: string) {
  await users.findOneBy({ email });
  await users.findOne({ where: { email } });
  await users.update({ email }, { name: "x" });
  await users.delete({ email });
  await users.upsert({ email, name: "x" }, ["email"]);
  await users.upsert({ email, name: "x" }, { conflictPaths: { email: true } });
  await users.createQueryBuilder().insert().values({ email, name: "x" }).orUpdate(["name"], ["email"]).execute();
  await users.findOneBy({ email, handle: "x" });
  await users.findOneBy({ id: 1, email });
  await users.upsert({ email, name: "x" }, ["email", "handle"]);
  await users.find({ where: { email } });
  await accounts.findOneBy({ email });
}
`;
    const files = withEntities(code);
    const result = await planCodeEdits({ ...request(files, [], [], {}), intents: [leave] });
    expect(result.changes).toEqual([]);
    expect(result.places.map(({ line, kind }) => [line, kind])).toEqual([
      ...[5, 6, 7, 8].map((line) => [line, "likely"]),
      ...[9, 10, 11].map((line) => [line, "required"]),
    ]);
    expect(result.places[3]?.reason).toContain("deletes rows by email");
  });
});

describe("whose rows they are", () => {
  const code = (from: string) => `import type { Repository } from "typeorm";
import { User } from "${from}";

export const add = (users: Repository<User>, email: string) => users.insert({ email, name: "x" });
`;
  const filled = 'users.insert({ email, name: "x", handle: email.toLowerCase() })';

  test.each(["./users/user.entity", "src/users/user.entity", "@acme/entities", "@acme/database", "~/db"])(
    "an entity out of view is told by where it comes from: %s",
    async (from) => {
      expect((await expanded([{ file: "src/code.ts", text: code(from) }])).text).toContain(filled);
    },
  );

  test.each(["@clerk/backend", "discord.js", "firebase/auth"])("a class of %s is none", async (from) => {
    const { text, places } = await expanded([{ file: "src/code.ts", text: code(from) }]);
    expect(text).toBe(code(from));
    expect(places).toEqual([]);
  });

  test("of two entities of one name the table tells which is meant", async () => {
    const files: Files = [
      { file: "src/auth/user.entity.ts", text: user("", '@Entity("users")') },
      { file: "src/billing/user.entity.ts", text: user("", '@Entity("billing_accounts")') },
      { file: "src/code.ts", text: code("./auth/user.entity") },
      { file: "src/bills.ts", text: code("./billing/user.entity") },
    ];
    const { files: after } = await expanded(files);
    expect(textOf(after)).toContain(filled);
    expect(textOf(after, "src/bills.ts")).toBe(code("./billing/user.entity"));
  });

  test("a class of another ORM with the decorator's name is none", async () => {
    const mikro = user().replace('from "typeorm"', 'from "@mikro-orm/core"');
    const files: Files = [
      { file: "src/user.entity.ts", text: mikro },
      { file: "src/code.ts", text: code("./user.entity").replace("typeorm", "@mikro-orm/core") },
    ];
    const { text } = await expanded(files);
    expect(text).toBe(textOf(files));
  });

  test("rows of a child entity live in the same table", async () => {
    const admin = `import { ChildEntity, Column, type Repository } from "typeorm";
import { User } from "./entities/user.entity";

@ChildEntity()
export class Admin extends User {
  @Column() level!: number;
}

export const add = (admins: Repository<Admin>, email: string) => admins.insert({ email, name: "x", level: 1 });
`;
    const models = shopModels();
    const base = models[0] as EntityModel;
    const child = { ...base, name: "Admin", fields: [...base.fields, field("level", { type: "int" })] };
    const column = { models: [...models, child] };
    const { text } = await expanded(withEntities(admin), column);
    expect(text).toContain('{ email, name: "x", level: 1, handle: email.toLowerCase() }');
    // A column of the child alone is none of the others'.
    const level = { added: field("rank", { type: "int" }), value: { kind: "sql", sql: "1" } as const };
    const own = { ...child, fields: [...child.fields, level.added] };
    const plain = shopModels().map((each) => ({ ...each, fields: each.fields.filter((one) => one !== handle) }));
    const files = withEntities(
      `${admin}export const plain = (users: Repository<User>, email: string) => users.insert({ email, name: "x" });\n`,
    );
    const all = request(files, ["expand"], [], { ...level, models: [...plain, own] });
    const result = await planCodeEdits({ ...all, intents: all.intents.map((each) => ({ ...each, model: "Admin" })) });
    const after = textOf(apply(files, result));
    expect(after).toContain('{ email, name: "x", level: 1, rank: 1 }');
    expect(after).toContain('users.insert({ email, name: "x" })');
  });
});

describe("what a value looks like", () => {
  const code = `import type { Repository } from "typeorm";
import { Role, User } from "./user.entity";

export const add = (users: Repository<User>, email: string) => users.insert({ email, name: "x" });
export const role = Role;
`;
  const cases: readonly {
    name: string;
    property: string;
    added: EntityField;
    sql: string;
    written: string | undefined;
  }[] = [
    {
      name: "a member of an enum",
      property: "role!: Role | null",
      added: field("role", { type: "enum", enumName: "Role", enumValues: [{ name: "Plain", value: "plain" }] }),
      sql: "'plain'",
      written: "role: Role.Plain",
    },
    {
      name: "a member of an enum that SQL casts",
      property: "role!: Role | null",
      added: field("role", { type: "enum", enumName: "Role", enumValues: [{ name: "Plain", value: "plain" }] }),
      sql: `'plain'::"user_role_enum"`,
      written: "role: Role.Plain",
    },
    {
      name: "a union of strings",
      property: 'role!: "plain" | "admin"',
      added: field("role", { type: "enum", enumValues: [{ name: "plain", value: "plain" }] }),
      sql: "'plain'",
      written: 'role: "plain"',
    },
    {
      name: "a bigint as string",
      property: "score!: string",
      added: field("score", { type: "bigint" }),
      sql: "0",
      written: 'score: "0"',
    },
    {
      name: "a bigint as number",
      property: "score!: number",
      added: field("score", { type: "bigint" }),
      sql: "0",
      written: "score: 0",
    },
    {
      name: "a bigint as bigint",
      property: "score!: bigint",
      added: field("score", { type: "bigint" }),
      sql: "7",
      written: "score: 7n",
    },
    {
      name: "a decimal as string",
      property: "score!: string | null",
      added: field("score", { type: "decimal" }),
      sql: "1.50",
      written: 'score: "1.50"',
    },
    {
      name: "a type of the app's own",
      property: "score!: Money",
      added: field("score", { type: "decimal" }),
      sql: "1.50",
      written: undefined,
    },
    {
      name: "a flag",
      property: "active!: boolean",
      added: field("active", { type: "boolean" }),
      sql: "true",
      written: "active: true",
    },
  ];

  test.each(cases)("$name", async ({ property, added, sql, written }) => {
    const entity = `export enum Role {\n  Plain = "plain",\n}\n${user(`  @Column() ${property};\n`)}`;
    const files: Files = [
      { file: "src/user.entity.ts", text: entity },
      { file: "src/code.ts", text: code },
    ];
    const { text, places } = await expanded(files, { added, value: { kind: "sql", sql } });
    if (written !== undefined) expect(text).toContain(`{ email, name: "x", ${written} }`);
    else expect(places).toMatchObject([{ kind: "required" }]);
  });

  test("an enum that is not imported where it is needed is listed", async () => {
    const entity = `export enum Role {\n  Plain = "plain",\n}\n${user("  @Column() role!: Role;\n")}`;
    const files: Files = [
      { file: "src/user.entity.ts", text: entity },
      { file: "src/code.ts", text: code.replace("Role, User", "User").replace(/export const role.*\n/, "") },
    ];
    const added = field("role", { type: "enum", enumName: "Role", enumValues: [{ name: "Plain", value: "plain" }] });
    const { text, places } = await expanded(files, { added, value: { kind: "sql", sql: "'plain'" } });
    expect(text).toBe(textOf(files));
    expect(places).toMatchObject([{ kind: "required", line: 4 }]);
  });
});

describe("fields that are no property with a value", () => {
  const models = (added: EntityField, extra: Partial<EntityModel> = {}): EntityModel[] => {
    const [base, ...others] = shopModels(added);
    return [{ ...(base as EntityModel), ...extra }, ...others];
  };
  const code = (row: string) => `import type { Repository } from "typeorm";
import { User } from "./entities/user.entity";

export const add = (users: Repository<User>, email: string, team: any) => users.insert(${row});
export const toJson = (user: User) => ({ id: user.id, email: user.email, name: user.name, createdAt: user.createdAt, updatedAt: user.updatedAt });
`;

  test.each([
    [
      "a relation without a property for its key",
      "team",
      '{ email, name: "x" }',
      '{ email, name: "x", team: { id: 1 } }',
    ],
    ["one that is given", "team", '{ email, name: "x", team }', '{ email, name: "x", team }'],
    ["a key beside its relation", "teamId", '{ email, name: "x" }', '{ email, name: "x", teamId: 1 }'],
    ["a key whose relation is given", "teamId", '{ email, name: "x", team }', '{ email, name: "x", team }'],
  ])("%s", async (_, name, row, after) => {
    const added = field(name, { type: "int", column: "teamId", isForeignKey: true, isOptional: true });
    const relation = { name: "team", model: "Team", fields: [name], references: ["id"] };
    const column: Column = {
      added,
      value: { kind: "sql", sql: "1" },
      models: models(added, { relations: [relation] }),
    };
    const { text, files } = await expanded(withEntities(code(row)), column);
    expect(text).toBe(code(after));
    // A relation is not in the row that a mapper gets.
    const shown = await editFor("switch", files, [], column);
    if (name === "team") expect(shown.changes).toEqual([]);
  });

  test("a column of an embedded object goes into it", async () => {
    const added = field("address.zip", { column: "addressZip", isOptional: true });
    const all = models(added);
    const first = all[0] as EntityModel;
    const city = field("address.city", { column: "addressCity" });
    const column: Column = {
      added,
      value: { kind: "sql", sql: 'upper("addressCity")' },
      models: [{ ...first, fields: [...first.fields, city] }, ...all.slice(1)],
    };
    const inside = await expanded(withEntities(code('{ email, name: "x", address: { city: "Pécs" } }')), column);
    expect(inside.text).toContain('address: { city: "Pécs", zip: "Pécs".toUpperCase() } }');
    const given = await expanded(withEntities(code('{ email, name: "x", address: team }')), column);
    expect(given.text).toBe(code('{ email, name: "x", address: team }'));
    expect(given.places).toMatchObject([
      { kind: "required", reason: "add `address: { zip: … }`: Lockstep cannot say its value here" },
    ]);
  });
});
