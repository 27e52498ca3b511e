/** Ways to hold a whole row of User that people write: `row` is it, and a mapper copies it. */
const head = `import { DataSource, EntityManager, In, Repository } from "typeorm";
import { Order, User } from "./entities";
declare const source: DataSource;
declare const users: Repository<User>;
declare const orders: Repository<Order>;
`;

const forms: Readonly<Record<string, string>> = {
  "a read": "export async function f() { const row = await users.findOneByOrFail({}); return MAP; }",
  "a parameter": "export const f = (row: User) => (MAP);",
  "a promise's value": "export const f = () => users.findOneByOrFail({}).then((row) => (MAP));",
  "a list's element": "export const f = async () => (await users.find()).map((row) => (MAP));",
  "a destructured list": "export async function f() { const [row] = await users.find(); return row && (MAP); }",
  "Promise.all":
    "export async function f() { const [row, n] = await Promise.all([users.findOneByOrFail({}), users.count()]); return MAP; }",
  "Promise.all of reads":
    "export async function f(ids: number[]) { const rows = await Promise.all(ids.map((id) => users.findOneByOrFail({ id }))); return rows.map((row) => (MAP)); }",
  "a list and its number":
    "export async function f() { const [rows, n] = await users.findAndCount(); return rows.map((row) => (MAP)); }",
  "what a transaction gives":
    "export async function f() { const row = await source.transaction((manager) => manager.findOneByOrFail(User, {})); return MAP; }",
  "an extended repository":
    "const people = users.extend({ ofTeam() { return this.find(); } });\nexport async function f() { const [row] = await people.ofTeam(); return row && (MAP); }",
  "a function of the file":
    "async function load() { return users.findOneByOrFail({}); }\nexport async function f() { const row = await load(); return MAP; }",
  "a method":
    "class Users { find() { return users.findOneByOrFail({}); } }\nexport async function f(users: Users) { const row = await users.find(); return MAP; }",
  "a method with a declared result":
    "interface Users { find(): Promise<User> }\nexport async function f(users: Users) { const row = await users.find(); return MAP; }",
  "a member":
    "class Session { private user!: User;\n  show() { const row = this.user; return MAP; } }\nexport { Session };",
  "a member of a member":
    "interface Request { session: { user: User } }\nexport const f = (req: Request) => { const row = req.session.user; return MAP; };",
  "a destructured member": "export const f = ({ row }: { row: User }) => (MAP);",
  "an assignment after the declaration":
    "export async function f() { let row; row = await users.findOneByOrFail({}); return MAP; }",
  "a declared variable that is assigned":
    "export async function f() { let row: User | null = null; row = await users.findOneBy({}); return row && (MAP); }",
  "one of two":
    "export async function f(given?: User) { const row = given ?? (await users.findOneByOrFail({})); return MAP; }",
  "under a condition":
    "export async function f(a: boolean) { const row = a ? await users.findOneByOrFail({}) : await users.findOneOrFail({ where: { id: 1 } }); return MAP; }",
  "a map of rows":
    "export async function f(id: number) { const byId = new Map((await users.find()).map((u) => [u.id, u] as const)); const row = byId.get(id); return row && (MAP); }",
  "a record of rows": "export const f = (users: Record<string, User>) => Object.values(users).map((row) => (MAP));",
  "a reduced list":
    "export async function f() { const row = (await users.find()).reduce((a, b) => (a.id > b.id ? a : b)); return MAP; }",
  "a loop":
    "export async function f() { for (const row of await users.find()) { const dto = MAP; console.log(dto); } }",
  "a generic helper":
    "async function must<T>(value: Promise<T | null>): Promise<T> { const found = await value; if (!found) throw new Error(); return found; }\nexport async function f() { const row = await must(users.findOneBy({})); return MAP; }",
  "a base class":
    "abstract class Base<T> { abstract one(): Promise<T>; }\nclass Users extends Base<User> { one() { return users.findOneByOrFail({}); } }\nexport async function f(users: Users) { const row = await users.one(); return MAP; }",
  "a cache":
    "const cache = new Map<number, User>();\nexport const f = (id: number) => { const row = cache.get(id)!; return MAP; };",
  "the result of a function":
    "const load = () => users.findOneByOrFail({});\nexport const f = (row: Awaited<ReturnType<typeof load>>) => (MAP);",
  "an instance type": "export const f = (row: InstanceType<typeof User>) => (MAP);",
  "the type of a relation": 'export const f = (row: NonNullable<Order["user"]>) => (MAP);',
  "a row with relations":
    "export async function f() { const row = await users.findOneOrFail({ where: {}, relations: { orders: true } }); return MAP; }",
  "the relation of another row":
    "export async function f() { const order = await orders.findOneOrFail({ where: {}, relations: { user: true } }); const row = order.user!; return MAP; }",
  "a destructured relation":
    "export async function f() { const { user: row } = await orders.findOneOrFail({ where: {}, relations: { user: true } }); return row && (MAP); }",
  "a nullable row": "export const f = (row: User | null | undefined) => row && (MAP);",
  "an alias": "type Person = User;\nexport const f = (row: Person) => (MAP);",
  "an interface that extends it":
    "interface Person extends User { isAdmin: boolean }\nexport const f = (row: Person) => (MAP);",
  "an intersection": "export const f = (row: User & { orders: unknown[] }) => (MAP);",
  "a type parameter": "export const f = <T extends User>(row: T) => (MAP);",
  "a created row":
    'export async function f() { const row = await users.save({ email: "a", name: "b", handle: "a" } as User); return MAP; }',
  "a spread":
    "export async function f() { const row = { ...(await users.findOneByOrFail({})), isAdmin: true }; return MAP; }",
  "an index": "export async function f() { const rows = await users.find(); const row = rows[0]!; return MAP; }",
  "a getter":
    "class Current { get user() { return null as unknown as User; } }\nexport const f = (c: Current) => { const row = c.user; return MAP; };",
  "an asserted value": "export const f = (value: unknown) => { const row = value as User; return MAP; };",
  "a guarded value":
    "declare function isUser(value: unknown): value is User;\nexport const f = (row: unknown) => (isUser(row) ? (MAP) : undefined);",
  "a query's":
    'export async function f() { const row = await users.createQueryBuilder("u").getOneOrFail(); return MAP; }',
  "a manager's":
    "export async function f(manager: EntityManager) { const rows = await manager.find(User); return rows.map((row) => (MAP)); }",
  "a base repository's":
    "abstract class Base<T extends object> { constructor(protected readonly repository: Repository<T>) {}\n  first() { return this.repository.findOneOrFail({}); } }\nclass Users extends Base<User> {}\nexport async function f(users: Users) { const row = await users.first(); return MAP; }",
};

/** Values that look like a row, and are none. */
const none: Readonly<Record<string, string>> = {
  "a part of a row": "export const f = (row: Partial<User>) => (MAP);",
  "a row of another model":
    "export async function f() { const row = (await orders.findOneByOrFail({})) as any as { id: 1; email: string; name: string; createdAt: Date; updatedAt: Date }; return MAP; }",
};

const map = "{ id: row.id, email: row.email, name: row.name, createdAt: row.createdAt, updatedAt: row.updatedAt }";
const filled = (code: string) => `${head}${code.replace("MAP", map)}\n`;
export const reads = Object.entries(forms).map(([name, code]) => [name, filled(code)] as const);
export const unrelated = Object.entries(none).map(([name, code]) => [name, filled(code)] as const);
