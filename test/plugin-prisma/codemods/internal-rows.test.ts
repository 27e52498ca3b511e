import { expect, test } from "vitest";
import { apply, editFor, type Files, undo } from "./phases.js";

const routes = "src/users.routes.ts";
const service = {
  file: "src/users.service.ts",
  text: `import { PrismaClient, type User } from "@prisma/client";
export const prisma = new PrismaClient();
export class UsersService {
  constructor(private readonly prisma: PrismaClient) {}
  findOne(id: number) {
    return this.prisma.user.findUnique({ where: { id } });
  }
  async names() {
    const users = await this.prisma.user.findMany();
    return users.map(({ name }) => name);
  }
}
export const listUsers = async () => {
  const users = await prisma.user.findMany({ include: { orders: { select: { id: true } } } });
  return { users, total: users.length };
};
export async function page() {
  return prisma.$transaction([prisma.user.findMany({ take: 10 }), prisma.user.count()]);
}
export function safe({ email, ...rest }: User) {
  return rest;
}
export const card = (user: User) => ({ id: user.id, name: user.name });
`,
};

const controller = (body: string) => `import { Get } from "@nestjs/common";
import { UsersService } from "./users.service";
export class UsersController {
  constructor(private readonly users: UsersService) {}
  ${body}
}
`;
const route = (body: string) => `import { card, listUsers, page, prisma, safe } from "./users.service";
import * as users from "./users.service";
${body}
`;

const without =
  "handle is internal: give the client `omit: { user: { handle: true } }`, read them with `omit: { handle: true }`, or send them without it";
const read = (line: number) => `it answers with whole rows that src/users.service.ts:${line} reads, and ${without}`;
const here = `it answers with whole rows, and ${without}`;

test.each([
  ["a method of a service", controller("@Get(':id') one(id: number) { return this.users.findOne(id); }"), [read(6)]],
  [
    "by a name",
    controller("@Get() async one() { const user = await this.users.findOne(1); return user ?? null; }"),
    [read(6)],
  ],
  ["no rows", controller("@Get() names() { return this.users.names(); }"), []],
  ["no handler", controller("one(id: number) { return this.users.findOne(id); }"), []],
  ["a function of another file", route("app.get('/', async () => listUsers());"), [read(14)]],
  ["the function itself", route("app.get('/', listUsers);"), ["src/users.service.ts:14"]],
  ["of a namespace", route("app.get('/', async () => users.listUsers());"), [read(14)]],
  [
    "a key of what it gives back",
    route("app.get('/', async (_, res) => res.json((await listUsers()).users));"),
    [read(14)],
  ],
  ["another key", route("app.get('/', async (_, res) => res.json((await listUsers()).total));"), []],
  ["a page", route("app.get('/', async (_, res) => { const [rows] = await page(); res.json(rows); });"), [read(18)]],
  ["its count", route("app.get('/', async (_, res) => { const [, total] = await page(); res.json(total); });"), []],
  [
    "all but one",
    route("app.get('/', async () => safe(await prisma.user.findFirst()));"),
    ["it answers with whole rows, and handle is internal: send them without handle"],
  ],
  ["named one by one", route("app.get('/', async () => card(await prisma.user.findFirst()));"), []],
  [
    "mapped",
    route("app.get('/', async () => (await prisma.user.findMany()).map((each) => ({ ...each, url: '' })));"),
    [here],
  ],
  ["without it", route("app.get('/', async () => prisma.user.findMany({ omit: { handle: true } }));"), []],
  ["without another", route("app.get('/', async () => prisma.user.findMany({ omit: { email: true } }));"), [here]],
  ["with a relation", route("app.get('/', async () => prisma.order.findMany({ include: { user: true } }));"), [here]],
  [
    "a part of it",
    route("app.get('/', async () => prisma.order.findMany({ include: { user: { select: { id: true } } } }));"),
    [],
  ],
  [
    "what a schema leaves out",
    route("publicProcedure.output(z.object({ id: z.number() })).query(async () => prisma.user.findFirst());"),
    [],
  ],
  [
    "what a schema hands on",
    route("publicProcedure.output(z.looseObject({ id: z.number() })).query(async () => prisma.user.findFirst());"),
    [here],
  ],
  [
    "what a part of a schema hands on",
    route(`const User = z.object({ id: z.number() }).passthrough();
const Page = z.object({ users: User.array(), total: z.number() });
app.get('/', async (_, res) => res.json(Page.parse({ users: await prisma.user.findMany(), total: 1 })));
app.get('/one', async (_, res) => { const one = User.extend({ name: z.string() }).safeParse(await prisma.user.findFirst()); res.json(one.data); });`),
    [here, here],
  ],
  [
    "what a schema does not hand on",
    route(`const User = z.object({ id: z.number() });
const Page = z.object({ users: User.array(), total: z.number() }).passthrough();
app.get('/', async (_, res) => res.json(Page.parse({ users: await prisma.user.findMany(), total: 1 })));
app.get('/one', async (_, res) => res.json(User.passthrough().strip().parse(await prisma.user.findFirst())));`),
    [],
  ],
  [
    "beside what a schema names",
    route(
      "app.get('/', async (_, res) => res.json(z.object({ total: z.number() }).loose().parse({ users: await prisma.user.findMany(), total: 1 })));",
    ),
    [here],
  ],
  ["of another model", route("app.get('/', async () => prisma.order.findMany());"), []],
  ["Koa", route("export const handle = async (ctx) => { ctx.body = await prisma.user.findMany(); };"), [here]],
  [
    "a route of Fastify",
    route("app.route({ method: 'GET', url: '/', handler: async () => prisma.user.findMany() });"),
    [here],
  ],
])("code that sends rows: %s", async (_, text, reasons) => {
  const files: Files = [service, { file: routes, text }];
  const { places } = await editFor("switch", files, [], { exposure: "internal" });
  const listed = places.map(({ file, line, reason }) => (file === routes ? reason : `${file}:${line}`));
  expect(listed).toEqual(reasons);
  expect(places.filter(({ kind }) => kind !== "required")).toEqual([]);
});

const client = (text: string) => ({
  file: "src/db.ts",
  text: `import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient(${text});\n`,
});
const sending = {
  file: routes,
  text: `import { prisma } from "./db";
app.get("/", async () => prisma.user.findMany());
app.get("/all", async () => prisma.user.findMany({ omit: { handle: false } }));
app.get("/orders", async () => prisma.order.findMany({ include: { user: true } }));
`,
};
const internal = { exposure: "internal" } as const;
const textOf = (files: Files, file = "src/db.ts") => files.find((each) => each.file === file)?.text;

test.each([
  ["as it was", "{ omit: { user: { handle: true } } as Prisma.GlobalOmitConfig | undefined }"],
  ["without the cast", "{ omit: { user: { handle: true } } }"],
  ["with another field", "{ omit: { user: { handle: true, email: true } } }"],
])("an omit that a person puts back stays: %s", async (_, options) => {
  const files: Files = [client(""), sending, { file: "src/seed.ts", text: client("").text }];
  const expanded = await editFor("expand", files, [], internal);
  const open = await editFor("switch", apply(files, expanded), expanded.edits, internal);
  expect(apply(apply(files, expanded), open)).toEqual(files);
  expect(open.places.map(({ file, line }) => [file, line])).toEqual([
    [routes, 2],
    [routes, 3],
    [routes, 4],
  ]);

  const kept = files.map((each) => (each.file === "src/db.ts" ? client(options) : each));
  const again = await editFor("switch", kept, [...expanded.edits, ...open.edits], internal);
  expect(again.changes).toEqual([]);
  expect(again.places.map(({ file, line }) => [file, line])).toEqual([[routes, 3]]);

  const gone = await undo(kept, [...expanded.edits, ...open.edits], internal);
  expect(textOf(apply(kept, gone))).not.toContain("handle");
});

test("an omit of which a person takes the cast before switch stays", async () => {
  const files: Files = [client("{ log: [] }"), sending];
  const expanded = await editFor("expand", files, [], internal);
  const kept = files.map((each) =>
    each.file === "src/db.ts" ? client("{ log: [], omit: { user: { handle: true } } }") : each,
  );
  const open = await editFor("switch", kept, expanded.edits, internal);
  expect(open.changes).toEqual([]);
  expect(open.places.map(({ line }) => line)).toEqual([3]);
});

test("an omit of an exposed column goes again with its cast, when a merge brings it back", async () => {
  const files: Files = [client(""), sending];
  const expanded = await editFor("expand", files, []);
  const closed = apply(files, expanded);
  const open = await editFor("switch", closed, expanded.edits);
  const again = await editFor("switch", closed, [...expanded.edits, ...open.edits]);
  expect(apply(closed, again)).toEqual(files);
});
