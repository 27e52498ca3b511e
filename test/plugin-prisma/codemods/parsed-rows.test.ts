import { expect, test } from "vitest";
import { questionsIn } from "../../../core/src/code/run/survey.js";
import { chooseAll } from "../../support/choices.js";
import { apply, type Column, editFor, type Files, readRequest } from "./phases.js";

const schemas = (text: string) => `import { z } from "zod";\n${text}`;
const whole = "{ id: z.number(), email: z.string(), name: z.string(), createdAt: z.date(), updatedAt: z.date() }";
const head = `import { PrismaClient, type User } from "@prisma/client";
import { UserResponse } from "./schemas";
import { z } from "zod";
export const prisma = new PrismaClient();
`;
const filesOf = (schema: string, code: string): Files => [
  { file: "src/schemas.ts", text: schemas(schema) },
  { file: "src/code.ts", text: `${head}${code}\n` },
];
const throwsAt = (line: number) =>
  `throws on unknown keys from switch on, when reads bring handle to src/code.ts:${line}`;
const strict = `export const UserResponse = z.object(${whole}).strict();\n`;

async function firstOf(files: Files, column: Column = {}) {
  const questions = await questionsIn(readRequest(files, column));
  return questions.flatMap(({ ranked }) => ranked).filter(({ candidate }) => candidate.family === "zod");
}

test.each([
  ["a call", strict, "export const one = async () => UserResponse.parse(await prisma.user.findFirst());", 5],
  [
    "strictObject",
    `export const UserResponse = z.strictObject(${whole});`,
    "export const one = async () => UserResponse.parse(await prisma.user.findFirst());",
    5,
  ],
  [
    "strict where it parses",
    `export const UserResponse = z.object(${whole});`,
    "export const one = async () => UserResponse.strict().parse(await prisma.user.findFirst());",
    5,
  ],
  [
    "through a constant",
    strict,
    "export const one = async () => {\n  const user = await prisma.user.findFirst();\n  return UserResponse.parseAsync(user);\n};",
    7,
  ],
  ["through a parameter", strict, "export const one = (user: User) => UserResponse.safeParse(user);", 5],
  ["a list", strict, "export const all = async () => z.array(UserResponse).parse(await prisma.user.findMany());", 5],
  [
    "an element",
    strict,
    "export const all = async () => (await prisma.user.findMany()).map((user) => UserResponse.parse(user));",
    5,
  ],
  [
    "a page",
    strict,
    "const Page = z.object({ items: UserResponse.array(), total: z.number() });\nexport const all = async () => Page.parse({ items: await prisma.user.findMany(), total: 1 });",
    6,
  ],
  [
    "an include",
    strict,
    "const OrderResponse = z.object({ id: z.number(), user: UserResponse.nullable() });\nexport const all = async () => OrderResponse.array().parse(await prisma.order.findMany({ include: { user: true } }));",
    6,
  ],
  [
    "a function",
    strict,
    "const find = (id: number) => prisma.user.findUnique({ where: { id } });\nexport const one = async (id: number) => UserResponse.parse(await find(id));",
    6,
  ],
  [
    "an output",
    strict,
    "export const list = publicProcedure.output(z.array(UserResponse)).query(async () => prisma.user.findMany());",
    5,
  ],
  [
    "Fastify",
    strict,
    'export const routes = (app) => app.get("/", { schema: { response: { 200: UserResponse } } }, async () => prisma.user.findFirst());',
    5,
  ],
  [
    "not strict",
    strict.replace(".strict()", ""),
    "export const one = async () => UserResponse.parse(await prisma.user.findFirst());",
    undefined,
  ],
  [
    "not strict any more",
    strict,
    "export const one = async () => UserResponse.strip().parse(await prisma.user.findFirst());",
    undefined,
  ],
  [
    "a select",
    strict,
    "export const one = async () => UserResponse.parse(await prisma.user.findFirst({ select: { id: true, email: true } }));",
    undefined,
  ],
  [
    "another model",
    strict,
    "export const one = async () => UserResponse.parse(await prisma.order.findFirst());",
    undefined,
  ],
  [
    "what is included of another",
    strict,
    "export const one = async () => UserResponse.parse(await prisma.order.findFirst({ include: { user: true } }));",
    undefined,
  ],
  [
    "arguments from elsewhere",
    strict,
    "export const one = async (args: object) => UserResponse.parse(await prisma.user.findFirst(args));",
    undefined,
  ],
])("a strict schema of whole rows is required: %s", async (_, schema, code, line) => {
  const files = filesOf(schema, code);
  const [found] = await firstOf(files);
  expect(found?.candidate.isRequired).toBe(line === undefined ? undefined : true);
  if (line === undefined) return;
  expect(found).toMatchObject({ kind: "likely", candidate: { because: throwsAt(line), text: "handle: z.string()" } });
  const result = await editFor("switch", files, []);
  expect(apply(files, result)[0]?.text).toContain("handle: z.string() }");
  expect(result.places).toEqual([]);
  const left = await editFor("switch", files, [], { choose: async () => new Set() });
  expect(left.places).toMatchObject([
    { kind: "required", reason: `${throwsAt(line)}: add \`handle: z.string()\` to what it takes` },
  ]);
  const internal = await editFor("switch", files, [], { exposure: "internal" });
  expect(internal.changes).toEqual([]);
  expect(internal.places.map(({ kind, file }) => `${kind} ${file}`)).toContain("required src/code.ts");
});

const part = "export const UserResponse = z.object({ id: z.number(), email: z.string(), name: z.string() });\n";
const select = "select: { id: true, email: true, name: true }";

test.each([
  ["a call", part, `export const one = async () => UserResponse.parse(await prisma.user.findFirst({ ${select} }));`],
  [
    "a constant, safely",
    part,
    `export const one = async () => {\n  const row = await prisma.user.findFirst({ ${select} });\n  return UserResponse.safeParse(row).data;\n};`,
  ],
  [
    "a list",
    part,
    `export const all = async () => z.array(UserResponse).parse(await prisma.user.findMany({ ${select} }));`,
  ],
  [
    "a constant select",
    part,
    "const userSelect = { id: true, email: true, name: true } satisfies Prisma.UserSelect;\nexport const all = async () => UserResponse.array().parseAsync(await prisma.user.findMany({ select: userSelect }));",
  ],
  [
    "a relation",
    part,
    `export const all = async () => z.object({ user: UserResponse }).parse(await prisma.order.findFirst({ select: { user: { ${select} } } }));`,
  ],
  [
    "what it extends",
    `${part.replace("UserResponse", "base")}export const UserResponse = base.extend({ url: z.string() });\n`,
    `export const one = async () => UserResponse.parse({ ...(await prisma.user.findFirst({ ${select} })), url: "" });`,
  ],
])("a schema takes the select along whose rows it parses: %s", async (_, schema, code) => {
  for (const isStrict of [false, true]) {
    const files = filesOf(isStrict ? schema.replace("z.object", "z.strictObject") : schema, code);
    const questions = await questionsIn(readRequest(files));
    const all = questions.flatMap(({ ranked }) => ranked.map(({ candidate }) => candidate));
    const [zod, its] = ["zod", "select"].map((family) => all.filter((each) => each.family === family));
    expect([zod?.length, its?.length]).toEqual([1, 1]);
    expect(zod?.[0]?.needs).toEqual([its?.[0]?.key]);
    // What is not strict leaves out what it does not know.
    expect(its?.[0]?.needs).toEqual(isStrict ? [zod?.[0]?.key] : undefined);
  }
});

const parse = "export const one = async () => UserResponse.parse(await prisma.user.findFirst());";

test.each([
  [
    "requests are read with it",
    strict,
    `${parse}\nexport const post = (req) => UserResponse.parse(req.body);`,
    [throwsAt(5), "requests", "add `handle: z.string().optional()`"],
  ],
  [
    "part of another",
    "",
    `const One = z.object({ user: z.strictObject(${whole}) });\nexport const one = async () => One.parse({ user: await prisma.user.findFirst() });`,
    [throwsAt(6), "it is part of another schema: add `handle: z.string()`"],
  ],
  [
    "what is picked",
    `export const UserResponse = z.object(${whole}).strict().pick({ id: true, email: true });\n`,
    parse,
    ["its schema throws on unknown keys from switch on, when reads bring handle: add `handle: true` to what it picks"],
  ],
  [
    "a select from elsewhere",
    part,
    "export const one = async (select) => UserResponse.parse(await prisma.user.findFirst({ select }));",
    ["src/code.ts:5 parses rows of a select that is built elsewhere: add `handle: z.string()`"],
  ],
])("a schema that is a person's to widen: %s", async (_, schema, code, parts) => {
  for (const choose of [chooseAll, async () => new Set<string>()]) {
    const { places } = await editFor("switch", filesOf(schema, code), [], { choose });
    for (const part of parts) expect(places.map((place) => place.reason).join("\n")).toContain(part);
  }
});

test.each([
  ["extends", ".strict()", "base.extend({ url: z.string().optional() })"],
  ["spreads", "", "z.strictObject({ ...base.shape, url: z.string().optional() })"],
  ["is merged with a strict one", "", "base.merge(z.strictObject({ url: z.string().optional() }))"],
  [
    "holds itself and spreads",
    "",
    "z.strictObject({ ...base.shape, others: z.lazy(() => UserResponse.array()).optional() })",
  ],
])("what %s leaves it to its base", async (_, suffix, schema) => {
  const base = `export const base = z.object(${whole})${suffix};\n`;
  const found = await firstOf(filesOf(`${base}export const UserResponse = ${schema};\n`, parse));
  expect(found.map(({ candidate }) => [candidate.what, candidate.isRequired])).toEqual([["zod object base", true]]);
});

test("an internal column stays out of strict schemas: the read is told how", async () => {
  const { changes, places } = await editFor("switch", filesOf(strict, parse), [], { exposure: "internal" });
  const reason =
    "its schema throws on unknown keys from switch on, when reads bring handle, which is internal: read the rows with `omit: { handle: true }`";
  expect(changes).toEqual([]);
  expect(places).toMatchObject([{ file: "src/code.ts", line: 5, kind: "required", reason }]);
});
