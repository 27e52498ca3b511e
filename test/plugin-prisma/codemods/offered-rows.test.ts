import { expect, test } from "vitest";
import { chooseAll } from "../../support/choices.js";
import { apply, editFor, undoOf, withoutTypes } from "./phases.js";

// A column whose value nobody said: a row that was chosen takes it from where its other values come from.

const head = `import { prisma } from "./db";\n\ninterface NewUser {\n  email: string;\n  name: string;\n`;
const column = { value: { kind: "none" }, staysOptional: true, exposure: "exposed", choose: chooseAll } as const;
const wanted = "  handle?: string | null;\n";

test.each<[string, string, string]>([
  [
    "a literal",
    "export const add = (input: NewUser) => prisma.user.create({ data: { email: input.email, name: input.name } });",
    "export const add = (input: NewUser) => prisma.user.create({ data: { email: input.email, name: input.name, handle: input.handle } });",
  ],
  [
    "a row that is created or changed",
    "export const put = ({ email, name }: NewUser) => prisma.user.upsert({ where: { email }, create: { email, name }, update: { email, name } });",
    "export const put = ({ email, name, handle }: NewUser) => prisma.user.upsert({ where: { email }, create: { email, name, handle }, update: { email, name, handle } });",
  ],
  [
    "values in a constant",
    "export function put(input: NewUser, id: number) {\n  const values = { email: input.email, name: input.name };\n  return prisma.user.create({ data: { ...values, id } });\n}",
    "export function put(input: NewUser, id: number) {\n  const values = { email: input.email, name: input.name, handle: input.handle };\n  return prisma.user.create({ data: { ...values, id } });\n}",
  ],
  [
    "values that another row has, too",
    "export async function put(input: NewUser, id: number) {\n  const values = { email: input.email, name: input.name };\n  await prisma.order.create({ data: { ...values } });\n  return prisma.user.create({ data: { ...values, id } });\n}",
    "export async function put(input: NewUser, id: number) {\n  const values = { email: input.email, name: input.name };\n  await prisma.order.create({ data: { ...values } });\n  return prisma.user.create({ data: { ...values, id } });\n}",
  ],
  [
    "an element of a list",
    "export const addAll = (inputs: NewUser[]) => prisma.user.createMany({ data: inputs.map((each) => ({ email: each.email, name: each.name })) });",
    "export const addAll = (inputs: NewUser[]) => prisma.user.createMany({ data: inputs.map((each) => ({ email: each.email, name: each.name, handle: each.handle })) });",
  ],
  [
    "what is handed to a function of the app",
    "const add = (input: NewUser) => prisma.user.create({ data: { email: input.email, name: input.name } });\nexport const copy = (from: NewUser) => add({ email: from.email, name: from.name });",
    "const add = (input: NewUser) => prisma.user.create({ data: { email: input.email, name: input.name, handle: input.handle } });\nexport const copy = (from: NewUser) => add({ email: from.email, name: from.name, handle: from.handle });",
  ],
  [
    "changes in a constant",
    "export function change(input: NewUser, id: number) {\n  const data = { email: input.email, name: input.name };\n  return prisma.user.update({ where: { id }, data });\n}",
    "export function change(input: NewUser, id: number) {\n  const data = { email: input.email, name: input.name, handle: input.handle };\n  return prisma.user.update({ where: { id }, data });\n}",
  ],
  [
    "changes that are declared to be some",
    'import type { Prisma } from "@prisma/client";\nexport const changed = ({ email, name }: NewUser): Prisma.UserUpdateInput => ({ email, name });',
    'import type { Prisma } from "@prisma/client";\nexport const changed = ({ email, name, handle }: NewUser): Prisma.UserUpdateInput => ({ email, name, handle });',
  ],
  [
    "changes that a method of the app is given",
    'import type { Prisma } from "@prisma/client";\nexport class Users {\n  change({ where, data }: { where: Prisma.UserWhereUniqueInput; data: Prisma.UserUpdateInput & { by?: number } }) {\n    return prisma.user.update({ where, data });\n  }\n}\nexport const change = (users: Users, input: NewUser, id: number) => users.change({ where: { id }, data: { email: input.email, name: input.name } });',
    'import type { Prisma } from "@prisma/client";\nexport class Users {\n  change({ where, data }: { where: Prisma.UserWhereUniqueInput; data: Prisma.UserUpdateInput & { by?: number } }) {\n    return prisma.user.update({ where, data });\n  }\n}\nexport const change = (users: Users, input: NewUser, id: number) => users.change({ where: { id }, data: { email: input.email, name: input.name, handle: input.handle } });',
  ],
  [
    "what a request sends, and changes as far as it does",
    "export async function PATCH(req: Request, id: number) {\n  const { email, name } = (await req.json()) as { email?: string; name?: string };\n  return prisma.user.update({ where: { id }, data: { ...(email !== undefined && { email }), ...(name !== undefined && { name }) } });\n}",
    "export async function PATCH(req: Request, id: number) {\n  const { email, name, handle } = (await req.json()) as { email?: string; name?: string; handle?: string | null };\n  return prisma.user.update({ where: { id }, data: { ...(email !== undefined && { email }), ...(name !== undefined && { name }), ...(handle !== undefined && { handle }) } });\n}",
  ],
  [
    "a body that is not taken apart",
    "export async function PATCH(req: Request, id: number) {\n  const body = await req.json<{ email?: string; name?: string }>();\n  return prisma.user.update({ where: { id }, data: { ...(body.email ? { email: body.email.trim() } : {}), ...(body.name ? { name: body.name } : {}) } });\n}",
    "export async function PATCH(req: Request, id: number) {\n  const body = await req.json<{ email?: string; name?: string; handle?: string | null }>();\n  return prisma.user.update({ where: { id }, data: { ...(body.email ? { email: body.email.trim() } : {}), ...(body.name ? { name: body.name } : {}), ...(body.handle ? { handle: body.handle } : {}) } });\n}",
  ],
  [
    "changes under conditions that name the key",
    'export const change = (input: Partial<NewUser>, id: number) => prisma.user.update({ where: { id }, data: { ...("email" in input && { email: input.email }), ...("name" in input && { name: input.name }) } });',
    'export const change = (input: Partial<NewUser>, id: number) => prisma.user.update({ where: { id }, data: { ...("email" in input && { email: input.email }), ...("name" in input && { name: input.name }), ...("handle" in input && { handle: input.handle }) } });',
  ],
  [
    "changes under conditions beside others",
    "export const change = (input: NewUser, id: number) => prisma.user.update({ where: { id }, data: { email: input.email, name: input.name, ...(id > 1 && { updatedAt: new Date() }) } });",
    "export const change = (input: NewUser, id: number) => prisma.user.update({ where: { id }, data: { email: input.email, name: input.name, ...(id > 1 && { updatedAt: new Date() }), handle: input.handle } });",
  ],
])("%s", async (_, code, expected) => {
  const files = [
    {
      file: "src/db.ts",
      text: 'import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n',
    },
    { file: "src/code.ts", text: `${head}}\n\n${code}\n` },
  ];
  const result = await editFor("expand", files, [], column);
  const after = apply(files, result);
  expect(after.find(({ file }) => file === "src/code.ts")?.text).toBe(`${head}${wanted}}\n\n${expected}\n`);
  expect((await editFor("expand", after, result.edits, column)).changes).toEqual([]);
  expect((await undoOf("expand", after, result.edits, column)).files).toEqual(files);
});

test.each([
  ["stays optional", { staysOptional: true }, "handle: string | null"],
  ["has a value in every row", { neverNull: true }, "handle: string"],
] as const)("what shows a column that %s", async (_, nulls, expected) => {
  const type = "export interface UserView {\n  id: number;\n  email: string;\n  name: string;\n";
  const copy = "export const viewOf = (user: User): UserView => ({ id: user.id, email: user.email, name: user.name";
  const code = (member: string, property: string) =>
    `import type { User } from "@prisma/client";\n\n${type}${member}}\n\n${copy}${property} });\n`;
  const about = { value: { kind: "none" }, exposure: "exposed", choose: chooseAll, ...nulls } as const;
  const files = [{ file: "src/view.ts", text: code("", "") }];
  const { changes } = await editFor("switch", files, [], about);
  expect(changes[0]?.after).toBe(code(`  ${expected};\n`, ", handle: user.handle"));
});

test("what is put together of values that nothing ties to a row is listed", async () => {
  const text = `export function card(email: string, name: string) {\n  return { email, name };\n}\n\nexport const menu = () => ({ email: "Mail", name: "Name" });\n`;
  const { places, changes } = await editFor("switch", [{ file: "src/card.ts", text }], [], column);
  expect(changes).toEqual([]);
  expect(places.map(({ line, what, kind }) => ({ line, what, kind }))).toEqual([
    { line: 2, what: "card: payload", kind: "likely" },
  ]);
});

test("a value that follows from what is set under a condition is set under the same", async () => {
  const code = (more: string) =>
    `import { prisma } from "./db";\n\nexport const change = (id: number, email?: string) =>\n  prisma.user.update({ where: { id }, data: { ...(email !== undefined && { email })${more} } });\n`;
  const files = [{ file: "src/code.ts", text: code("") }];
  const about = { exposure: "internal", choose: chooseAll, ...withoutTypes } as const;
  const { changes } = await editFor("expand", files, [], about);
  expect(changes[0]?.after).toBe(code(", ...(email !== undefined && { handle: email?.toLowerCase() })"));
});
