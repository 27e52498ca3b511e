import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prismaPlugin } from "../../plugin-prisma/src/plugin.js";
import { generatedFolders } from "../../plugin-prisma/src/schema/generators.js";
import { renameField } from "../../plugin-prisma/src/schema/rename.js";
import { installClient } from "../support/installed-client.js";
import { expectCase, fileOf, projectWith, type RenameCase, renameIn } from "../support/renamed.js";

/** Another client has a model of the same name. */
const otherClient = `import { db } from "./db.js";
import type { UserWhereInput } from "./other/client.js";
export const where: UserWhereInput = { name: "a" };
export const own = () => db.user.findFirst({ where: { name: "a" } });
`;

const models = `model Org {
  id    Int    @id @default(autoincrement())
  name  String
  users User[]
}

model User {
  id    Int    @id @default(autoincrement())
  name  String
  email String @unique
  orgId Int?

  org   Org?          @relation(fields: [orgId], references: [id])
  posts Post[]
  pages UserProfile[]

  @@unique([orgId, name])
  @@index([name(sort: Desc), email])
}

model UserProfile {
  id     Int    @id @default(autoincrement())
  name   String
  userId Int
  user   User   @relation(fields: [userId], references: [id])
}

model Post {
  id         Int    @id @default(autoincrement())
  title      String
  authorName String
  authorOrg  Int
  author     User   @relation(fields: [authorOrg, authorName], references: [orgId, name])
}
`;
const clients = { "prisma-client": "src/generated", "prisma-client-js": undefined };
const schemaOf = (provider: keyof typeof clients) => `generator client {
  provider = "${provider}"
${clients[provider] === undefined ? "" : '  output   = "../src/generated"\n'}}

datasource db {
  provider = "postgresql"
}

${models}`;

/** `db` is the client of both generators. */
const cases: readonly RenameCase[] = [
  {
    name: "reads and properties",
    before: `import { db, type User } from "./db.js";
export async function show(id: number) {
  const user = await db.user.findUniqueOrThrow({ where: { id }, include: { org: true } });
  return \`\${user.name} \${user["name"]} \${user.org?.name}\`;
}
export const first = (users: readonly User[]) => users.map((user) => user.name)[0]?.length;
`,
    after: `import { db, type User } from "./db.js";
export async function show(id: number) {
  const user = await db.user.findUniqueOrThrow({ where: { id }, include: { org: true } });
  return \`\${user.fullName} \${user["fullName"]} \${user.org?.name}\`;
}
export const first = (users: readonly User[]) => users.map((user) => user.fullName)[0]?.length;
`,
  },
  {
    name: "destructuring and shorthand",
    before: `import { db, type User } from "./db.js";
export const add = (name: string) => db.user.create({ data: { name, email: "a" } });
export const label = ({ name, email }: User) => name + email;
export async function all() {
  const [{ name: own = "" }] = await db.user.findMany();
  const { name } = await db.org.findFirstOrThrow();
  return { own, name };
}
`,
    after: `import { db, type User } from "./db.js";
export const add = (name: string) => db.user.create({ data: { fullName: name, email: "a" } });
export const label = ({ fullName: name, email }: User) => name + email;
export async function all() {
  const [{ fullName: own = "" }] = await db.user.findMany();
  const { name } = await db.org.findFirstOrThrow();
  return { own, name };
}
`,
  },
  {
    name: "arguments of every kind",
    before: `import { db, Prisma } from "./db.js";
export async function run() {
  await db.user.findMany({ where: { AND: [{ name: { contains: "a" } }], NOT: { name: "b" } }, orderBy: { name: "asc" }, distinct: ["name"] });
  await db.user.groupBy({ by: ["name"], _count: { name: true }, _max: { name: true }, having: { name: { not: "a" } } });
  await db.org.create({ data: { name: "o", users: { create: [{ name: "u", email: "e" }] } } });
  await db.user.createMany({ data: ["u"].map((name) => ({ name, email: name })) });
  await db.org.update({ where: { id: 1 }, data: { name: "o", users: { updateMany: { where: { name: "u" }, data: { name: "v" } } } } });
  await db.user.upsert({ where: { orgId_name: { orgId: 1, name: "a" } }, create: { name: "a", email: "e" }, update: { name: "b" } });
  await db.userProfile.create({ data: { name: "p", user: { create: { name: "u", email: "e" } } } });
  const some = await db.user.findMany({ omit: { name: true } });
  return some.map(({ email }) => email);
}
export const order: Prisma.UserOrderByWithRelationInput[] = [{ name: "asc" }];
export const field: Prisma.UserScalarFieldEnum = "name";
export const fixture = { id: 1, name: "a", email: "b", orgId: 2 };
export const isName = (key: Prisma.UserScalarFieldEnum) => [key === "name", key === Prisma.UserScalarFieldEnum.name];
`,
    after: `import { db, Prisma } from "./db.js";
export async function run() {
  await db.user.findMany({ where: { AND: [{ fullName: { contains: "a" } }], NOT: { fullName: "b" } }, orderBy: { fullName: "asc" }, distinct: ["fullName"] });
  await db.user.groupBy({ by: ["fullName"], _count: { fullName: true }, _max: { fullName: true }, having: { fullName: { not: "a" } } });
  await db.org.create({ data: { name: "o", users: { create: [{ fullName: "u", email: "e" }] } } });
  await db.user.createMany({ data: ["u"].map((name) => ({ fullName: name, email: name })) });
  await db.org.update({ where: { id: 1 }, data: { name: "o", users: { updateMany: { where: { fullName: "u" }, data: { fullName: "v" } } } } });
  await db.user.upsert({ where: { orgId_fullName: { orgId: 1, fullName: "a" } }, create: { fullName: "a", email: "e" }, update: { fullName: "b" } });
  await db.userProfile.create({ data: { name: "p", user: { create: { fullName: "u", email: "e" } } } });
  const some = await db.user.findMany({ omit: { fullName: true } });
  return some.map(({ email }) => email);
}
export const order: Prisma.UserOrderByWithRelationInput[] = [{ fullName: "asc" }];
export const field: Prisma.UserScalarFieldEnum = "fullName";
export const fixture = { id: 1, name: "a", email: "b", orgId: 2 };
export const isName = (key: Prisma.UserScalarFieldEnum) => [key === "fullName", key === Prisma.UserScalarFieldEnum.fullName];
`,
  },
  {
    name: "selected rows",
    before: `import { db, type Prisma } from "./db.js";
const select = { id: true, name: true, org: { select: { name: true } } } satisfies Prisma.UserSelect;
type Row = Prisma.UserGetPayload<{ select: { name: true; org: { select: { name: true } } } }>;
export const text = (row: Row) => row.name + row.org?.name;
export async function names() {
  const rows = await db.user.findMany({ select });
  const posts = await db.post.findMany({ select: { author: { select: { name: true } } } });
  return [...rows.map((row) => row.name + row.org?.name), ...posts.map(({ author: { name } }) => name)];
}
`,
    after: `import { db, type Prisma } from "./db.js";
const select = { id: true, fullName: true, org: { select: { name: true } } } satisfies Prisma.UserSelect;
type Row = Prisma.UserGetPayload<{ select: { fullName: true; org: { select: { name: true } } } }>;
export const text = (row: Row) => row.fullName + row.org?.name;
export async function names() {
  const rows = await db.user.findMany({ select });
  const posts = await db.post.findMany({ select: { author: { select: { fullName: true } } } });
  return [...rows.map((row) => row.fullName + row.org?.name), ...posts.map(({ author: { fullName: name } }) => name)];
}
`,
  },
  {
    name: "types",
    before: `import type { User, UserProfile } from "./db.js";
export type A = Pick<User, "name" | "id">;
export type B = Omit<User, "name">;
export type C = User["name"];
export type D = Pick<UserProfile, "name">;
export const a: A = { id: 1, name: "a" };
export const Card = (_: Pick<User, "name">) => null;
export const card = <Card name="a" />;
`,
    after: `import type { User, UserProfile } from "./db.js";
export type A = Pick<User, "fullName" | "id">;
export type B = Omit<User, "fullName">;
export type C = User["fullName"];
export type D = Pick<UserProfile, "name">;
export const a: A = { id: 1, fullName: "a" };
export const Card = (_: Pick<User, "fullName">) => null;
export const card = <Card fullName="a" />;
`,
  },
  {
    name: "own types stay",
    before: `import { db } from "./db.js";
interface Dto { name: string }
export const dto = async (): Promise<Dto[]> => (await db.user.findMany()).map((user) => ({ name: user.name }));
export const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
export const profile = async () => (await db.userProfile.findFirst())?.name;
export const fn = (() => 1).name;
`,
    after: `import { db } from "./db.js";
interface Dto { name: string }
export const dto = async (): Promise<Dto[]> => (await db.user.findMany()).map((user) => ({ name: user.fullName }));
export const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
export const profile = async () => (await db.userProfile.findFirst())?.name;
export const fn = (() => 1).name;
`,
  },
  {
    name: "listed",
    before: `import { db, type Org, type User } from "./db.js";
declare const response: { json(body: unknown): void };
interface Dto { name: string }
const take = (dto: Dto) => dto.name;
export async function handle(body: { name?: string; email?: string }, key: "name" | "email") {
  const user = await db.user.findFirstOrThrow();
  take(user);
  response.json({ user });
  await db.user.update({ where: { id: 1 }, data: body });
  await db.user.update({ where: { id: 1 }, data: { ...body } });
  await db.user.findMany({ orderBy: { [key]: "asc" } });
  const where = { id: 1, name: "a" };
  await db.user.findMany({ where });
  return db.$queryRaw<User[]>\`SELECT "name" FROM "User"\`;
}
export const either = (row: User | Org) => row.name;
`,
    listed: [
      "7 TS2345",
      "8 the row leaves as a whole",
      '9 the object has "name"',
      '10 the spread object has "name"',
      '11 the computed key can be "name"',
      '13 the object has "name"',
      "14 raw SQL returns the column",
      // Its reason is that the type is one of two models.
      "16 TS2339",
    ],
  },
];

const rename = { model: "User", name: "name", newName: "fullName" };

describe.each(Object.keys(clients) as (keyof typeof clients)[])("with the generator %s", (provider) => {
  let root: string;
  let renamed: Awaited<ReturnType<typeof renameIn>>;
  beforeAll(async () => {
    const from = clients[provider] === undefined ? "@prisma/client" : "./generated/client.js";
    const types = `export { Prisma } from "${from}";
export type { Org, User, UserProfile } from "${from}";
import { PrismaClient } from "${from}";
export declare const db: PrismaClient;
`;
    const schema = schemaOf(provider);
    root = projectWith({
      "prisma/schema.prisma": schema,
      "src/db.ts": types,
      "src/other/client.ts": "export type UserWhereInput = { name?: string };\n",
      "src/two.ts": otherClient,
      ...Object.fromEntries(cases.map((each) => [fileOf(each), each.before])),
    });
    await installClient(root, ["prisma/schema.prisma"]);
    const project = {
      schemaFiles: ["prisma/schema.prisma"],
      generatedFolders: generatedFolders({ files: [{ path: "prisma/schema.prisma", content: schema }] }, root),
    };
    renamed = await renameIn(root, prismaPlugin, rename, project as never);
  }, 120_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test.each(cases)("$name", (each) => expectCase(each, renamed));

  test("a model of another client stays", () => {
    const change = renamed.changes.find(({ file }) => file === "src/two.ts");
    expect(change?.after).toBe(otherClient.replace("({ where: { name", "({ where: { fullName"));
    expect(renamed.changes.some(({ file }) => file.includes("other/"))).toBe(false);
  });
});

test("schema: the field, its mapping, keys, indexes and relations", () => {
  const files = [{ path: "schema.prisma", content: `datasource db {\n  provider = "postgresql"\n}\n\n${models}` }];
  const [change] = renameField(files, rename).changes;
  const after = change?.after?.split("\n") ?? [];
  expect(after.filter((line) => !(change?.before ?? "").split("\n").includes(line))).toEqual([
    "  id       Int    @id @default(autoincrement())",
    '  fullName String @map("name")',
    "  email    String @unique",
    "  orgId    Int?",
    "  @@unique([orgId, fullName])",
    "  @@index([fullName(sort: Desc), email])",
    "  author     User   @relation(fields: [authorOrg, authorName], references: [orgId, fullName])",
  ]);
});

test("schema: a field that was renamed by hand only gets its mapping, and a mapped one keeps it", () => {
  const schema = (field: string) => [
    {
      path: "schema.prisma",
      content: `datasource db {\n  provider = "postgresql"\n}\n\nmodel User {\n  id Int @id\n  ${field}\n}\n`,
    },
  ];
  const lineOf = (field: string) => renameField(schema(field), rename).changes[0]?.after?.split("\n")[6]?.trim();
  expect(lineOf("fullName String? @unique // who")).toBe('fullName String? @unique @map("name") // who');
  expect(lineOf('name String @map("display_name")')).toBe('fullName String @map("display_name")');
});
