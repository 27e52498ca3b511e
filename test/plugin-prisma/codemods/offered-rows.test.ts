import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { neededBy } from "../../../core/src/code/candidates/dependencies.js";
import { chooseAll } from "../../support/choices.js";
import { installClient } from "../../support/installed-client.js";
import { typeErrors } from "../../support/type-errors.js";
import { apply, editFor, field, undoOf, withoutTypes } from "./phases.js";

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

interface Texts {
  readonly code: string;
  readonly types?: string;
}

/** What is written, between ⟦ and ⟧; what the row is made of gets the field with it, wherever that is declared. */
const made = "prisma.user.create({ data: { email: input.email, name: input.name⟦, handle: input.handle⟧ } })";
const taken = "prisma.user.create({ data: { email, name⟦, handle⟧ } })";
const members = "email: string; name: string⟦; handle?: string | null⟧";
const declared: Readonly<Record<string, Texts>> = {
  "a type of the file": { code: `interface New { ${members} }\nexport const add = (input: New) => ${made};` },
  "a type of another file": {
    types: `export type New = { ${members} };`,
    code: `import type { New } from "./types";\nexport const add = ({ email, name⟦, handle⟧ }: New) => ${taken};`,
  },
  "a member of a type": {
    code: `interface Command { by: number; user: { ${members} } }\nexport const add = (command: Command) => prisma.user.create({ data: { email: command.user.email, name: command.user.name⟦, handle: command.user.handle⟧ } });`,
  },
  "a member that a pattern takes apart": {
    code: `export const add = ({ user: { email, name⟦, handle⟧ } }: { user: { ${members} } }) => ${taken};`,
  },
  "a member that is taken apart in the function": {
    types: `export type Props = { params: { ${members} } };`,
    code: `import type { Props } from "./types";\nexport default async function page({ params }: Props) {\n  const { email, name⟦, handle⟧ } = params;\n  return ${taken};\n}`,
  },
  "a member that may be missing": {
    code: `export const add = async ({ input }: { input?: { ${members} } }) => input && (await ${made});`,
  },
  "what a request is taken for": {
    code: `export async function add(req: Request) {\n  const { email, name⟦, handle⟧ } = (await req.json()) as { ${members} };\n  return ${taken};\n}`,
  },
  "a member of what a request is taken for": {
    code: `export async function add(req: Request) {\n  const body = (await req.json()) as { user: { ${members} } };\n  return prisma.user.create({ data: { email: body.user.email, name: body.user.name⟦, handle: body.user.handle⟧ } });\n}`,
  },
  "a schema with a type of its own": {
    code: `import { z } from "zod";\ninterface New { ${members} }\nconst Body: z.ZodType<New> = z.object({ email: z.string(), name: z.string()⟦, handle: z.string().nullish()⟧ });\nexport const add = (raw: unknown) => {\n  const { email, name⟦, handle⟧ } = Body.parse(raw);\n  return ${taken};\n};`,
  },
  "a type that another one extends": {
    types: `export interface New { ${members} }`,
    code: `import type { New } from "./types";\ninterface NewAdmin extends New { level: number }\nexport const add = ({ email, name, level⟦, handle⟧ }: NewAdmin) => level > 0 && ${taken};`,
  },
  "a type with nothing of its own": {
    code: `interface New { ${members} }\ninterface NewAdmin extends New {}\nexport const add = (input: NewAdmin) => ${made};`,
  },
  "the type of a parameter": { code: `export const add = (input: { ${members} }) => ${made};` },
  "one of several forms": {
    code: `type New = { ${members.replace("⟦", '; kind: "a"⟦')} } | { ${members.replace("⟦", '; kind: "b"⟦')} };\nexport const add = (input: New) => ${made};`,
  },
  "what a generic type is given": {
    code: `interface Sent<T> { body: T }\nexport const add = ({ body: input }: Sent<{ ${members} }>) => ${made};`,
  },
  "the body that a route declares": {
    code: `declare const app: { post<T>(path: string, to: (request: any) => unknown): T };\napp.post<{ Body: { ${members} } }>("/users", (request) => prisma.user.create({ data: { email: request.body.email, name: request.body.name⟦, handle: request.body.handle⟧ } }));`,
  },
  "the body of a request": {
    code: `import type { FastifyRequest } from "fastify";\nexport async function add(request: FastifyRequest<{ Body: { ${members} } }>) {\n  const { email, name⟦, handle⟧ } = request.body;\n  return ${taken};\n}`,
  },
  "rows without what the database gives": {
    code: `import type { User } from "@prisma/client";\nexport const add = ({ email, name⟦, handle⟧ }: Omit<User, "id" | "createdAt" | "updatedAt">) => ${taken};`,
  },
  "what the client takes": {
    code: `import type { Prisma } from "@prisma/client";\nexport const add = (input: Prisma.UserCreateInput) => ${made};`,
  },
};
const textsOf = (files: Texts, as: (text: string) => string) => [
  {
    file: "src/code.ts",
    text: `import { prisma } from "./db";\n${as(files.code)}\n`,
  },
  {
    file: "src/db.ts",
    text: 'import { PrismaClient } from "@prisma/client";\n\nexport const prisma = new PrismaClient();\n',
  },
  ...(files.types === undefined ? [] : [{ file: "src/types.ts", text: `${as(files.types)}\n` }]),
];
const before = (text: string) => text.replaceAll(/⟦[^⟧]*⟧/g, "");
const after = (text: string) => text.replaceAll(/[⟦⟧]/g, "");

describe("a row, what it takes apart and its declared type are one edit", () => {
  test.each(Object.entries(declared))("%s", async (_, texts) => {
    const files = textsOf(texts, before);
    const result = await editFor("expand", files, [], column);
    const edited = apply(files, result);
    expect(edited).toEqual(textsOf(texts, after));
    expect((await editFor("expand", edited, result.edits, column)).changes).toEqual([]);
    expect((await undoOf("expand", edited, result.edits, column)).files).toEqual(files);
  });

  test("and compile", async () => {
    const root = mkdtempSync(join(tmpdir(), "lockstep-declared-"));
    try {
      const put = (file: string, text: string) => {
        mkdirSync(dirname(join(root, file)), { recursive: true });
        writeFileSync(join(root, file), text);
      };
      put(
        "schema.prisma",
        `generator client {\n  provider = "prisma-client-js"\n}\ndatasource db {\n  provider = "postgresql"\n}\nmodel User {\n  id Int @id @default(autoincrement())\n  email String @unique\n  name String\n  createdAt DateTime @default(now())\n  updatedAt DateTime @updatedAt\n  handle String?\n}\n`,
      );
      await installClient(root, ["schema.prisma"]);
      put(
        "node_modules/fastify/index.d.ts",
        "export interface FastifyRequest<T extends { Body: unknown }> { body: T['Body'] }\n",
      );
      symlinkSync(fileURLToPath(new URL("../../../node_modules/zod", import.meta.url)), join(root, "node_modules/zod"));
      const options = {
        strict: true,
        skipLibCheck: true,
        module: "esnext",
        moduleResolution: "bundler",
        target: "es2022",
        lib: ["es2022", "dom"],
        types: [],
      };
      put("tsconfig.json", JSON.stringify({ compilerOptions: options, include: ["*/src"] }));
      for (const [at, texts] of Object.values(declared).entries())
        for (const { file, text } of textsOf(texts, after)) put(`p${at}/${file}`, text);
      expect(typeErrors(root)).toEqual([]);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });

  test("what no row needs is no place", async () => {
    const text = `export interface Order {\n  user: { email: string; name: string };\n}\nexport type Both = { by: number } & { email: string; name: string };\n`;
    const { changes, places } = await editFor("expand", [{ file: "src/types.ts", text }], [], column);
    expect({ changes, places }).toEqual({ changes: [], places: [] });
  });

  test("of which a part is not made alone", async () => {
    const files = textsOf(declared["a member of a type"] ?? { code: "" }, before);
    for (const family of ["type", "create"]) {
      let offered: readonly string[] = [];
      await editFor("expand", files, [], {
        ...column,
        async choose(questions) {
          const ranked = questions.flatMap((question) => question.ranked);
          const keys = ranked.map(({ candidate: { key } }) => key).filter((key) => key.startsWith(`${family}:`));
          expect(keys).toHaveLength(1);
          offered = [...keys, ...neededBy(ranked, keys).keys()].map((key) => key.split(":")[0] ?? "").sort();
          return new Set();
        },
      });
      expect(offered, family).toEqual(["create", "type"]);
    }
  });
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

const falsy = [
  ["boolean", "boolean"],
  ["int", "number"],
] as const;

describe.each(falsy)("a %s that is false or 0 is stored", (type, inCode) => {
  const added = field("quota", { type, isOptional: true });
  const about = { ...column, added } as const;
  const head = `import { prisma } from "./db";\nimport type { Prisma } from "@prisma/client";\n\ninterface Changes { email?: string; name?: string; quota?: ${inCode} }\ndeclare const isAdmin: boolean;\n`;
  const update = (parts: string) =>
    `export const change = (id: number, body: Changes) => prisma.user.update({ where: { id }, data: { ${parts} } });`;
  const set = (parts: string) =>
    `export function change(id: number, body: Changes) {\n  const data: Prisma.UserUpdateInput = {};\n${parts}  return prisma.user.update({ where: { id }, data });\n}`;
  const email = "...(body.email && { email: body.email })";

  test.each([
    [
      "a truthy test",
      update(
        `${email}, ...(body.name && { name: body.name })⟦, ...(body.quota !== undefined && { quota: body.quota })⟧`,
      ),
    ],
    [
      "a truthy choice",
      update(
        `${email}, ...(body.name ? { name: body.name } : {})⟦, ...(body.quota !== undefined ? { quota: body.quota } : {})⟧`,
      ),
    ],
    [
      "a negated choice",
      update(
        `${email}, ...(!body.name ? {} : { name: body.name })⟦, ...(body.quota === undefined ? {} : { quota: body.quota })⟧`,
      ),
    ],
    [
      "a test of two things",
      update(
        `${email}, ...(isAdmin && body.name && { name: body.name })⟦, ...(isAdmin && body.quota !== undefined && { quota: body.quota })⟧`,
      ),
    ],
    [
      "a test of a type",
      update(
        `${email}, ...(typeof body.name === "string" && { name: body.name })⟦, ...(body.quota !== undefined && { quota: body.quota })⟧`,
      ),
    ],
    [
      "a test of presence",
      update(`${email}, ...("name" in body && { name: body.name })⟦, ...("quota" in body && { quota: body.quota })⟧`),
    ],
    [
      "a test of a length",
      update(
        `${email}, ...(body.name && body.name.length > 2 && { name: body.name })⟦, ...(body.quota !== undefined && { quota: body.quota })⟧`,
      ),
    ],
    [
      "statements",
      set(
        "  if (body.email) data.email = body.email;\n  if (body.name) data.name = body.name;\n⟦  if (body.quota !== undefined) data.quota = body.quota;\n⟧",
      ),
    ],
    [
      "statements in blocks",
      set(
        "  if (body.email) {\n    data.email = body.email;\n  }\n  if (body.name) {\n    data.name = body.name;\n  }\n⟦  if (body.quota !== undefined) data.quota = body.quota;\n⟧",
      ),
    ],
  ])("%s", async (_, code) => {
    const files = [{ file: "src/code.ts", text: `${head}${before(code)}\n` }];
    const result = await editFor("expand", files, [], about);
    const edited = apply(files, result);
    expect(edited[0]?.text).toBe(`${head}${after(code)}\n`);
    expect((await editFor("expand", edited, result.edits, about)).changes).toEqual([]);
    expect((await undoOf("expand", edited, result.edits, about)).files).toEqual(files);
  });
});

test("a text under a condition has the form of its siblings", async () => {
  const code =
    "export const change = (id: number, body: { email?: string; name?: string; handle?: string | null }) => prisma.user.update({ where: { id }, data: { ...(body.email && { email: body.email }), ...(body.name && { name: body.name })⟦, ...(body.handle && { handle: body.handle })⟧ } });";
  const files = [{ file: "src/code.ts", text: `import { prisma } from "./db";\n${before(code)}\n` }];
  const { changes } = await editFor("expand", files, [], column);
  expect(changes[0]?.after).toBe(`import { prisma } from "./db";\n${after(code)}\n`);
});

// What is stored at the first save has to be stored at the second one.
const values = "{ email: input.email, name: input.name⟦, handle: input.handle⟧ }";
test.each([
  ["an upsert", `prisma.user.upsert({ where: { id }, create: ${values}, update: ${values} })`],
  [
    "a nested upsert",
    `prisma.order.update({ where: { id }, data: { user: { upsert: { create: ${values}, update: ${values} } } } })`,
  ],
  [
    "a nested upsert under a condition",
    `prisma.order.update({ where: { id }, data: { ...(id > 1 && { user: { upsert: { create: ${values}, update: ${values} } } }) } })`,
  ],
  [
    "one of two nested writes",
    `prisma.order.update({ where: { id }, data: { user: id > 1 ? { update: ${values} } : { connect: { id } } } })`,
  ],
  [
    "a nested update",
    `prisma.order.update({ where: { id }, data: { user: { update: { where: { id }, data: ${values} } } } })`,
  ],
  [
    "a nested updateMany",
    `prisma.order.update({ where: { id }, data: { user: { updateMany: [{ where: { id }, data: ${values} }] } } })`,
  ],
  [
    "an upsert in an upsert",
    `prisma.order.upsert({ where: { id }, create: { totalCents: 1 }, update: { user: { upsert: { create: ${values}, update: ${values} } } } })`,
  ],
])("%s takes the value in every part", async (_, call) => {
  const code = (text: string) => `${head}${text}}\n\nexport const put = (input: NewUser, id: number) => ${call};\n`;
  const files = [{ file: "src/code.ts", text: before(code("")) }];
  const result = await editFor("expand", files, [], column);
  const edited = apply(files, result);
  expect(edited[0]?.text).toBe(after(code(wanted)));
  expect((await editFor("expand", edited, result.edits, column)).changes).toEqual([]);
  expect((await undoOf("expand", edited, result.edits, column)).files).toEqual(files);
});

test("a value that follows from what is set under a condition is set under the same", async () => {
  const code = (more: string) =>
    `import { prisma } from "./db";\n\nexport const change = (id: number, email?: string) =>\n  prisma.user.update({ where: { id }, data: { ...(email !== undefined && { email })${more} } });\n`;
  const files = [{ file: "src/code.ts", text: code("") }];
  const about = { exposure: "internal", choose: chooseAll, ...withoutTypes } as const;
  const { changes } = await editFor("expand", files, [], about);
  expect(changes[0]?.after).toBe(code(", ...(email !== undefined && { handle: email?.toLowerCase() })"));
});
