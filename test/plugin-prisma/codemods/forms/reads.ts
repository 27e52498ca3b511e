/** Ways to hold a whole row of User that people write: `row` is it, and a mapper copies it. */
const head = `import { Prisma, PrismaClient, type User } from "./generated/prisma/client";
declare const prisma: PrismaClient;
`;

const forms: Readonly<Record<string, string>> = {
  "a read": "export async function f() { const row = await prisma.user.findFirstOrThrow(); return MAP; }",
  "a parameter": "export const f = (row: User) => (MAP);",
  "a promise's value": "export const f = () => prisma.user.findFirstOrThrow().then((row) => (MAP));",
  "a list's element": "export const f = async () => (await prisma.user.findMany()).map((row) => (MAP));",
  "a destructured list":
    "export async function f() { const [row] = await prisma.user.findMany(); return row && (MAP); }",
  "Promise.all":
    "export async function f() { const [row, n] = await Promise.all([prisma.user.findFirstOrThrow(), prisma.user.count()]); return MAP; }",
  "Promise.all of reads":
    "export async function f(ids: number[]) { const rows = await Promise.all(ids.map((id) => prisma.user.findUniqueOrThrow({ where: { id } }))); return rows.map((row) => (MAP)); }",
  "a list of a transaction":
    "export async function f() { const [rows, n] = await prisma.$transaction([prisma.user.findMany(), prisma.user.count()]); return rows.map((row) => (MAP)); }",
  "what a transaction gives":
    "export async function f() { const row = await prisma.$transaction((tx) => tx.user.findFirstOrThrow()); return MAP; }",
  "an extended client":
    'const db = prisma.$extends({ name: "a" });\nexport async function f() { const row = await db.user.findFirstOrThrow(); return MAP; }',
  "a function of the file":
    "async function load() { return prisma.user.findFirstOrThrow(); }\nexport async function f() { const row = await load(); return MAP; }",
  "a method":
    "class Users { find() { return prisma.user.findFirstOrThrow(); } }\nexport async function f(users: Users) { const row = await users.find(); return MAP; }",
  "a method with a declared result":
    "interface Users { find(): Promise<User> }\nexport async function f(users: Users) { const row = await users.find(); return MAP; }",
  "a member":
    "class Session { private user!: User;\n  show() { const row = this.user; return MAP; } }\nexport { Session };",
  "a member of a member":
    "interface Request { session: { user: User } }\nexport const f = (req: Request) => { const row = req.session.user; return MAP; };",
  "a destructured member": "export const f = ({ row }: { row: User }) => (MAP);",
  "an assignment after the declaration":
    "export async function f() { let row; row = await prisma.user.findFirstOrThrow(); return MAP; }",
  "a declared variable that is assigned":
    "export async function f() { let row: User | null = null; row = await prisma.user.findFirst(); return row && (MAP); }",
  "one of two":
    "export async function f(given?: User) { const row = given ?? (await prisma.user.findFirstOrThrow()); return MAP; }",
  "under a condition":
    "export async function f(a: boolean) { const row = a ? await prisma.user.findFirstOrThrow() : await prisma.user.findFirstOrThrow({ skip: 1 }); return MAP; }",
  "a map of rows":
    "export async function f(id: number) { const byId = new Map((await prisma.user.findMany()).map((u) => [u.id, u] as const)); const row = byId.get(id); return row && (MAP); }",
  "a record of rows": "export const f = (users: Record<string, User>) => Object.values(users).map((row) => (MAP));",
  "a reduced list":
    "export async function f() { const row = (await prisma.user.findMany()).reduce((a, b) => (a.id > b.id ? a : b)); return MAP; }",
  "a loop":
    "export async function f() { for (const row of await prisma.user.findMany()) { const dto = MAP; console.log(dto); } }",
  "a generic helper":
    "async function must<T>(value: Promise<T | null>): Promise<T> { const found = await value; if (!found) throw new Error(); return found; }\nexport async function f() { const row = await must(prisma.user.findFirst()); return MAP; }",
  "a base class":
    "abstract class Base<T> { abstract one(): Promise<T>; }\nclass Users extends Base<User> { one() { return prisma.user.findFirstOrThrow(); } }\nexport async function f(users: Users) { const row = await users.one(); return MAP; }",
  "a cache":
    "const cache = new Map<number, User>();\nexport const f = (id: number) => { const row = cache.get(id)!; return MAP; };",
  "the result of a function":
    "const load = () => prisma.user.findFirstOrThrow();\nexport const f = (row: Awaited<ReturnType<typeof load>>) => (MAP);",
  "a payload": "export const f = (row: Prisma.UserGetPayload<{}>) => (MAP);",
  "a payload with relations": "export const f = (row: Prisma.UserGetPayload<{ include: { orders: true } }>) => (MAP);",
  "a row with relations":
    "export async function f() { const row = await prisma.user.findFirstOrThrow({ include: { orders: true } }); return MAP; }",
  "the relation of another row":
    "export async function f() { const order = await prisma.order.findFirstOrThrow({ include: { user: true } }); const row = order.user!; return MAP; }",
  "a destructured relation":
    "export async function f() { const { user: row } = await prisma.order.findFirstOrThrow({ include: { user: true } }); return row && (MAP); }",
  "a nullable row": "export const f = (row: User | null | undefined) => row && (MAP);",
  "an alias": "type Person = User;\nexport const f = (row: Person) => (MAP);",
  "an interface that extends it":
    "interface Person extends User { isAdmin: boolean }\nexport const f = (row: Person) => (MAP);",
  "an intersection": "export const f = (row: User & { orders: unknown[] }) => (MAP);",
  "a type parameter": "export const f = <T extends User>(row: T) => (MAP);",
  "a created row":
    'export async function f() { const row = await prisma.user.upsert({ where: { id: 1 }, create: { email: "a", name: "b", handle: "a" } as never, update: {} }); return MAP; }',
  "a spread":
    "export async function f() { const row = { ...(await prisma.user.findFirstOrThrow()), isAdmin: true }; return MAP; }",
  "an index":
    "export async function f() { const rows = await prisma.user.findMany(); const row = rows[0]!; return MAP; }",
  "a getter":
    "class Current { get user() { return null as unknown as User; } }\nexport const f = (c: Current) => { const row = c.user; return MAP; };",
  "an asserted value": "export const f = (value: unknown) => { const row = value as User; return MAP; };",
  "a guarded value":
    "declare function isUser(value: unknown): value is User;\nexport const f = (row: unknown) => (isUser(row) ? (MAP) : undefined);",
};

/** Values that look like a row, and are none. */
const none: Readonly<Record<string, string>> = {
  "a part of a row": "export const f = (row: Partial<User>) => (MAP);",
  "a row of another model":
    "export async function f() { const row = (await prisma.order.findFirstOrThrow()) as any as { id: 1; email: string; name: string; createdAt: Date; updatedAt: Date }; return MAP; }",
};

const map = "{ id: row.id, email: row.email, name: row.name, createdAt: row.createdAt, updatedAt: row.updatedAt }";
const filled = (code: string) => `${head}${code.replace("MAP", map)}\n`;
export const reads = Object.entries(forms).map(([name, code]) => [name, filled(code)] as const);
export const unrelated = Object.entries(none).map(([name, code]) => [name, filled(code)] as const);
