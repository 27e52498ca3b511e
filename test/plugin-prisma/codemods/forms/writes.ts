/** Ways to make a row of User that people write, each a file; every one has to be edited, or listed for a person. */
const row = '{ email: "Ada@example.com", name: "Ada" }';
const data = `{ data: ${row} }`;
const head = `import { Prisma, PrismaClient } from "./generated/prisma/client";
declare const prisma: PrismaClient;
`;

const forms: Readonly<Record<string, string>> = {
  "the client": `export const make = () => prisma.user.create(${data});`,
  "a parameter": `export const make = (db: PrismaClient) => db.user.create(${data});`,
  "a transaction": `export const make = () => prisma.$transaction((tx) => tx.user.create(${data}));`,
  "a transaction's type": `export const make = (tx: Prisma.TransactionClient) => tx.user.create(${data});`,
  "a list in a transaction": `export const make = () => prisma.$transaction([prisma.user.create(${data})]);`,
  extended: `const extended = prisma.$extends({ model: { user: { async count2() { return 2; } } } });\nexport const make = () => extended.user.create(${data});`,
  "extended twice": `const extended = prisma.$extends({ name: "a" }).$extends({ query: { user: {} } });\nexport const make = () => extended.user.create(${data});`,
  "an extended transaction": `const extended = prisma.$extends({ name: "a" });\nexport const make = () => extended.$transaction((tx) => tx.user.create(${data}));`,
  "a delegate": `const users = prisma.user;\nexport const make = () => users.create(${data});`,
  "a delegate of a parameter": `export const make = (users: Prisma.UserDelegate) => users.create(${data});`,
  "a delegate by index": `export const make = (users: PrismaClient["user"]) => users.create(${data});`,
  "a destructured delegate": `const { user } = prisma;\nexport const make = () => user.create(${data});`,
  "a renamed delegate": `const { user: people } = prisma;\nexport const make = () => people.create(${data});`,
  "a destructured parameter": `export const make = ({ user }: PrismaClient) => user.create(${data});`,
  "a member": `export class Users { constructor(private readonly db: PrismaClient) {}\n  make() { return this.db.user.create(${data}); } }`,
  "a delegate that is a member": `export class Users { private readonly store = prisma.user;\n  make() { return this.store.create(${data}); } }`,
  "a private field": `export class Users { readonly #people = prisma.user;\n  make() { return this.#people.create(${data}); } }`,
  "a getter": `export class Users { get people() { return prisma.user; }\n  make() { return this.people.create(${data}); } }`,
  "a method that gives it": `class Db { people() { return prisma.user; } }\nexport const make = (db: Db) => db.people().create(${data});`,
  "a function that gives it": `function people() { return prisma.user; }\nexport const make = () => people().create(${data});`,
  "an awaited client": `async function connect() { await prisma.$connect(); return prisma; }\nexport async function make() { return (await connect()).user.create(${data}); }`,
  "an awaited delegate": `async function connect() { return prisma.user; }\nexport async function make() { return (await connect()).create(${data}); }`,
  "a cache": `let cached: PrismaClient | undefined;\nconst db = () => (cached ??= new PrismaClient({} as never));\nexport const make = () => db().user.create(${data});`,
  "a global": `const holder = globalThis as unknown as { db?: PrismaClient };\nexport const make = () => holder.db!.user.create(${data});`,
  "an inherited client": `class Base { protected readonly store = prisma.user; }\nexport class Users extends Base { make() { return this.store.create(${data}); } }`,
  "a client class": `class Service extends PrismaClient {}\nexport const make = (service: Service) => service.user.create(${data});`,
  "inside of a client class": `export class Service extends PrismaClient { make() { return this.user.create(${data}); } }`,
  "an abstract member": `abstract class Base<D> { protected abstract readonly store: D; }\nexport class Users extends Base<PrismaClient["user"]> { protected readonly store = prisma.user;\n  make() { return this.store.create(${data}); } }`,
  "a type parameter": `class Base<D> { constructor(protected readonly store: D) {} }\nexport class Users extends Base<PrismaClient["user"]> { make() { return this.store.create(${data}); } }`,
  "a map of delegates": `const stores = { people: prisma.user, orders: prisma.order };\nexport const make = () => stores.people.create(${data});`,
  "a map by key": `const stores = { people: prisma.user, orders: prisma.order } as const;\nexport const make = () => stores["people"].create(${data});`,
  "a computed accessor": `export const make = () => prisma["user"].create(${data});`,
  "an own interface": `interface Users { create(args: Prisma.UserCreateArgs): Promise<unknown> }\nexport const make = (users: Users) => users.create(${data});`,
  "a Pick": `export const make = (db: Pick<PrismaClient, "user">) => db.user.create(${data});`,
  "optional chaining": `export const make = (db?: PrismaClient) => db?.user.create(${data});`,
  "a conditional": `export const make = (tx?: Prisma.TransactionClient) => (tx ?? prisma).user.create(${data});`,
  "assigned later": `let users: PrismaClient["user"];\nexport function open() { users = prisma.user; }\nexport const make = () => users.create(${data});`,
  "assigned without a type": `let users;\nusers = prisma.user;\nexport const make = () => users.create(${data});`,
  "Promise.all": `export async function make() { const [users] = await Promise.all([Promise.resolve(prisma.user)]);\n  await Promise.all([1].map(() => prisma.user.create(${data}))); }`,
  "a callback": `declare function withDb<R>(run: (db: PrismaClient) => R): R;\nexport const make = () => withDb((db) => db.user.create(${data}));`,
  createMany: `export const make = () => prisma.user.createMany({ data: [${row}] });`,
  createManyAndReturn: `export const make = () => prisma.user.createManyAndReturn({ data: [${row}] });`,
  "an upsert": `export const make = () => prisma.user.upsert({ where: { email: "a" }, create: ${row}, update: {} });`,
  "a nested row": `export const make = () => prisma.order.create({ data: { totalCents: 1, user: { create: ${row} } } });`,
  connectOrCreate: `export const make = () => prisma.order.create({ data: { totalCents: 1, user: { connectOrCreate: { where: { email: "a" }, create: ${row} } } } });`,
  "a typed row": `const row: Prisma.UserCreateInput = ${row};\nexport const make = () => prisma.user.create({ data: row });`,
  "a row that satisfies": `const row = ${row} satisfies Prisma.UserCreateInput;\nexport const make = () => prisma.user.create({ data: row });`,
  "a row of a parameter's type": `async function add(input: Prisma.UserCreateInput) { return prisma.user.create({ data: input }); }\nexport const make = () => add(${row});`,
  "typed arguments": `const args: Prisma.UserCreateArgs = ${data};\nexport const make = () => prisma.user.create(args);`,
  "arguments that satisfy": `const args = ${data} satisfies Prisma.UserCreateArgs;\nexport const make = () => prisma.user.create(args);`,
  validated: `const row = Prisma.validator<Prisma.UserCreateInput>()(${row});\nexport const make = () => prisma.user.create({ data: row });`,
  "a function that makes it": `const rowOf = (email: string): Prisma.UserCreateInput => ({ email, name: email });\nexport const make = () => prisma.user.create({ data: rowOf("a") });`,
  "a mapped list": `export const make = (emails: string[]) => prisma.user.createMany({ data: emails.map((email) => ({ email, name: email })) });`,
  "a spread": `export const make = (input: { email: string; name: string }) => prisma.user.create({ data: { ...input } });`,
  "a spread under a condition": `export const make = (name: string) => prisma.user.create({ data: { email: "a", name, ...(name && { name }) } });`,
  "a generic function of a delegate": `async function insert<A>(store: { create(args: A): Promise<unknown> }, args: A) { return store.create(args); }\nexport const make = () => insert<Prisma.UserCreateArgs>(prisma.user, ${data});`,
  "an own port": `interface Store<I> { add(input: I): Promise<void> }\nexport const make = (store: Store<Prisma.UserCreateInput>) => store.add(${row});`,
  "a base service": `abstract class Base<I> { abstract create(input: I): Promise<unknown>; register(input: I) { return this.create(input); } }\nexport class Users extends Base<Prisma.UserUncheckedCreateInput> { create(input: Prisma.UserUncheckedCreateInput) { return prisma.user.create({ data: input }); }\n  make() { return this.register(${row}); } }`,
  "a promise chain": `export const make = () => Promise.resolve(prisma).then((db) => db.user.create(${data}));`,
  "a chosen model": `export const make = (model: "user" | "order") => (prisma[model] as any).create(${data});`,
  "a model that a type parameter names": `class Base<K extends "user" | "order"> { constructor(private readonly db: PrismaClient, private readonly key: K) {}\n  add(data: object) { return (this.db[this.key] as any).create({ data }); } }\nexport class Users extends Base<"user"> { make() { return this.add(${row}); } }`,
  "a table of rows by model": `const rows = { user: [${row}], product: [] };\nexport async function seed() { for (const [model, data] of Object.entries(rows)) await (prisma as any)[model].createMany({ data }); }`,
  "a base service of any delegate": `abstract class Base { constructor(protected readonly model: any) {}\n  add(data: any) { return this.model.create({ data }); } }\nexport class Users extends Base { constructor(db: PrismaClient) { super(db.user); }\n  make() { return this.add(${row}); } }`,
  "a registry of any delegates": `const registry = new Map<string, any>([["user", prisma.user], ["order", prisma.order]]);\nexport const make = () => registry.get("user").create(${data});`,
  "a method that is bound": `const create = prisma.user.create.bind(prisma.user);\nexport const make = () => create(${data});`,
  "a method that is taken out": `const { create } = prisma.user;\nexport const make = () => create(${data});`,
  "a method that is a callback": `export const make = (all: { data: never }[]) => Promise.all(all.map(prisma.user.create));`,
  "a method of all models": `const extended = prisma.$extends({ model: { $allModels: { async add<T>(this: T, data: Prisma.Args<T, "create">["data"]) { return (this as any).create({ data }); } } } });\nexport const make = () => extended.user.add(${row});`,
  "an input by index": `export const add = (data: Prisma.Args<typeof prisma.user, "create">["data"]) => prisma.user.create({ data });\nexport const make = () => add(${row});`,
  "a curried function of a delegate": `const into = <D extends { create(args: any): any }>(store: D) => (data: Parameters<D["create"]>[0]["data"]) => store.create({ data });\nexport const make = () => into(prisma.user)(${row});`,
  "rows nested in constants": `const user = ${row};\nconst order = { totalCents: 1, user: { create: user } };\nexport const make = () => prisma.order.create({ data: order });`,
  "a row nested in a typed constant": `const order: Prisma.OrderCreateInput = { totalCents: 1, user: { create: ${row} } };\nexport const make = () => prisma.order.create({ data: order });`,
  "a row nested by a function": `const owner = (email: string) => ({ create: { email, name: email } });\nexport const make = () => prisma.order.create({ data: { totalCents: 1, user: owner("a") } });`,
  "a nested row that is assigned": `export const make = (data: Prisma.OrderCreateInput) => { data.user = { create: ${row} }; return prisma.order.create({ data }); };`,
  "a nested row under a condition": `export const make = (email?: string) => prisma.order.create({ data: { totalCents: 1, ...(email && { user: { create: { email, name: email } } }) } });`,
  "one of two nested writes": `export const make = (email: string, id?: number) => prisma.order.create({ data: { totalCents: 1, user: id ? { connect: { id } } : { create: { email, name: email } } } });`,
  "a nested write in a spread": `const owner = (email: string) => ({ user: { create: { email, name: email } } });\nexport const make = () => prisma.order.create({ data: { totalCents: 1, ...owner("a") } });`,
  "a connectOrCreate of a function": `const owner = (email: string) => ({ where: { email }, create: { email, name: email } });\nexport const make = () => prisma.order.create({ data: { totalCents: 1, user: { connectOrCreate: owner("a") } } });`,
  "a method that is chosen when it runs": `export const make = (method: "create" | "count") => (prisma.user[method] as any)(${data});`,
  "a connectOrCreate in a constant": `export const make = (email: string) => { const user = { connectOrCreate: { where: { email }, create: { email, name: email } } }; return prisma.order.create({ data: { totalCents: 1, user } }); };`,
};

export const writes = Object.entries(forms).map(([name, code]) => [name, `${head}${code}\n`] as const);

/** The forms that types alone tell: without them, contract asks. */
export const toldByTypes = new Set([
  "a base service of any delegate",
  "a constant between call and query",
  "a curried function of a delegate",
  "a destructured parameter",
  "a generic function of a delegate",
  "a method as a callback",
  "a method of all models",
  "a method that gives it",
  "a method that is typed as a row",
  "a method that is chosen when it runs",
  "a nested row that is assigned",
  "a nested write in a spread",
  "a registry of any delegates",
  "a type parameter",
  "an awaited delegate",
  "an inherited client",
  "an own interface",
  "an own port",
  "assigned without a type",
  "the rest of what a function gives",
]);

/** Who is given a client, and whether a package may insert rows with it. */
const clients: Readonly<Record<string, readonly [code: string, isListed: boolean]>> = {
  "an authentication library": [
    `import { PrismaAdapter } from "@auth/prisma-adapter";\nexport const adapter = PrismaAdapter(prisma);`,
    true,
  ],
  "one with settings": [
    `import { betterAuth } from "better-auth";\nimport { prismaAdapter } from "better-auth/adapters/prisma";\nexport const auth = betterAuth({ database: prismaAdapter(prisma, { provider: "postgresql" }) });`,
    true,
  ],
  "an admin panel": [
    `import AdminJS from "adminjs";\nexport const admin = new AdminJS({ databases: [{ client: prisma }] });`,
    true,
  ],
  "a delegate": [`import { crud } from "some-crud";\nexport const users = crud(prisma.user);`, true],
  "a member": [
    `import { PrismaAdapter } from "@auth/prisma-adapter";\nexport class Auth { constructor(private readonly db: PrismaClient) {}\n  adapter() { return PrismaAdapter(this.db); } }`,
    true,
  ],
  "a package that is required": [
    `const { PrismaAdapter } = require("@auth/prisma-adapter");\nexport const adapter = PrismaAdapter(prisma);`,
    true,
  ],
  "a package that is imported when it runs": [
    `export async function f() { const { PrismaAdapter } = await import("@auth/prisma-adapter"); return PrismaAdapter(prisma); }`,
    true,
  ],
  "a thing of a package": [
    `import * as admin from "some-admin";\nconst panel = admin.create();\npanel.use(prisma);`,
    true,
  ],
  "a function that a package gives back": [
    `import { withDatabase } from "some-lib";\nexport const handler = withDatabase({ log: true })(prisma);`,
    true,
  ],
  "another delegate": [`import { crud } from "some-crud";\nexport const orders = crud(prisma.order);`, false],
  "the app's own code": [
    `function createApp(db: PrismaClient) { return db; }\nexport const app = createApp(prisma);`,
    false,
  ],
  "the app's own file": [`import { createApp } from "./app";\nexport const app = createApp(prisma);`, false],
  "Prisma's own": [
    `import { PrismaInstrumentation } from "@prisma/instrumentation";\nexport const app = new PrismaInstrumentation(prisma);`,
    false,
  ],
  "a framework, for a function of the project": [
    `import fastify from "fastify";\nconst routes = async (app: unknown, { prisma }: { prisma: PrismaClient }) => prisma.user.count();\nexport const app = fastify().register(routes, { prefix: "/", prisma });`,
    false,
  ],
  "a framework, for another package": [
    `import fastify from "fastify";\nimport { panel } from "some-panel";\nexport const app = fastify().register(panel, { prisma });`,
    true,
  ],
  "a row": [
    `import { format } from "some-format";\nexport async function text() { return format(await prisma.user.findMany()); }`,
    false,
  ],
  "a client that a package gives back": [
    `import { enhance } from "some-rules";\nimport { PrismaAdapter } from "@auth/prisma-adapter";\nconst db = enhance(prisma);\nexport const adapter = PrismaAdapter(db);`,
    true,
  ],
  "a package that asks for its own token": [
    `import { Container } from "inversify";\nimport { AUTH_CLIENT } from "some-auth";\nexport const box = new Container();\nbox.bind(AUTH_CLIENT).toConstantValue(prisma);`,
    true,
  ],
  "a client that is made for it": [
    `import { PrismaAdapter } from "@auth/prisma-adapter";\nexport const adapter = PrismaAdapter(new PrismaClient({} as never));`,
    true,
  ],
  "a container, by a name that the project does not ask for": [
    `import { container } from "tsyringe";\ncontainer.register("auth:db", { useValue: prisma });`,
    true,
  ],
  "a validation of the environment": [
    `import { createEnv } from "@t3-oss/env-core";\nimport { z } from "zod";\nconst database = z.string().url();\nexport const env = createEnv({ server: { DATABASE_URL: database }, runtimeEnv: { DATABASE_URL: process.env.DATABASE_URL, database: process.env.DB_URL } });`,
    false,
  ],
  "a check of its URL": [
    `import { parse } from "pg-connection-string";\nimport { env } from "./env";\nexport const users = () => prisma.user.count();\nexport const host = parse(env.DATABASE_URL);\nexport const databaseUrl = parse(env.databaseUrl);`,
    false,
  ],
  "a builder of abilities": [
    `import { AbilityBuilder } from "@casl/ability";\nimport { createPrismaAbility } from "@casl/prisma";\nexport const users = () => prisma.user.count();\nexport const builder = new AbilityBuilder(createPrismaAbility);`,
    false,
  ],
  "a database of another package": [
    `import * as SQLite from "expo-sqlite";\nimport { drizzle } from "drizzle-orm/expo-sqlite";\nimport { migrate } from "some-store";\nconst db = SQLite.openDatabaseSync("app.db");\nexport const local = drizzle(db);\nexport const init = (db: SQLite.SQLiteDatabase) => migrate(db);\nexport const users = () => prisma.user.count();`,
    false,
  ],
  "a database of a file that is not read": [
    `import { useMigrations } from "drizzle-orm/expo-sqlite/migrator";\nimport { db } from "./db";\nexport const App = () => useMigrations(db, {});\nexport const users = () => prisma.user.count();`,
    false,
  ],
  "a database that a package hands over": [
    `import { SQLiteProvider } from "expo-sqlite";\nimport { drizzle } from "drizzle-orm/expo-sqlite";\nexport const open = SQLiteProvider({ onInit: async (db) => drizzle(db) });\nexport const users = () => prisma.user.count();`,
    false,
  ],
  "a container, for the project": [
    `import { Container, inject } from "inversify";\nexport const TYPES = { db: Symbol("db") };\nexport const box = new Container();\nbox.bind<PrismaClient>(TYPES.db).toConstantValue(prisma);\nexport class Users { constructor(@inject(TYPES.db) private readonly db: PrismaClient) {} }`,
    false,
  ],
  "a provider, for the project": [
    `import { Module } from "@nestjs/common";\nexport class Db extends PrismaClient {}\n@Module({ providers: [{ provide: Db, useValue: prisma }] })\nexport class App {}`,
    false,
  ],
  "a registry of values": [
    `import { asValue, createContainer } from "awilix";\nexport const box = createContainer();\nbox.register({ prisma: asValue(prisma) });\nexport const users = ({ prisma }: { prisma: PrismaClient }) => prisma.user.count();`,
    false,
  ],
  "a framework's own member": [
    `import fastify from "fastify";\nexport const app = fastify();\napp.decorate("prisma", prisma);\nexport const users = () => (app as any).prisma.user.count();`,
    false,
  ],
  "what belongs to Node.js": [
    `import { AsyncLocalStorage } from "node:async_hooks";\nimport { inspect } from "util";\nconst store = new AsyncLocalStorage<PrismaClient>();\nexport const f = () => store.run(prisma, () => inspect(prisma));`,
    false,
  ],
};

export const handed = Object.entries(clients).map(
  ([name, [code, isListed]]) => [name, `${head}${code}\n`, isListed] as const,
);

const person = "(user: Person)";
const mapped = "{ email: user.email, name: user.name }";

/** Rows that are put over others as well: an added value would overwrite what somebody chose. */
const shared: Readonly<Record<string, string>> = {
  "a constant": `export const f = (id?: number) => { const data = ${row}; return id ? prisma.user.update({ where: { id }, data }) : prisma.user.create({ data }); };`,
  "both halves of an upsert": `export const f = () => { const data = ${row}; return prisma.user.upsert({ where: { email: "a" }, create: data, update: data }); };`,
  "a function that makes it": `const rowOf = (email: string): Prisma.UserCreateInput => ({ email, name: email });\nexport const f = (id?: number) => (id ? prisma.user.update({ where: { id }, data: rowOf("a") }) : prisma.user.create({ data: rowOf("b") }));`,
  "a function that is given it": `async function put(data: Prisma.UserUncheckedCreateInput, id?: number) { return id ? prisma.user.update({ where: { id }, data }) : prisma.user.create({ data }); }\nexport const f = () => put(${row});`,
  "a static method": `class Mapper { static toPrisma${person}: Prisma.UserUncheckedCreateInput { return ${mapped}; } }\nexport const add = (user: Person) => prisma.user.create({ data: Mapper.toPrisma(user) });\nexport const save = (user: Person) => prisma.user.update({ where: { id: 1 }, data: Mapper.toPrisma(user) });`,
  "a method of its own class": `export class Users { private toPrisma${person}: Prisma.UserCreateInput { return ${mapped}; }\n  add(user: Person) { return prisma.user.create({ data: this.toPrisma(user) }); }\n  save(user: Person) { return prisma.user.update({ where: { id: 1 }, data: this.toPrisma(user) }); } }`,
  "a member of an object": `const mapper = { toPrisma: ${person}: Prisma.UserCreateInput => (${mapped}) };\nexport const add = (user: Person) => prisma.user.create({ data: mapper.toPrisma(user) });\nexport const save = (user: Person) => prisma.user.update({ where: { id: 1 }, data: mapper.toPrisma(user) });`,
  "a constant between call and query": `const toPrisma = ${person}: Prisma.UserCreateInput => (${mapped});\nexport async function save(user: Person) { const data = toPrisma(user); await prisma.user.update({ where: { id: 1 }, data }); }`,
  "the rest of what a function gives": `const toPrisma = ${person}: Prisma.UserUncheckedCreateInput => (${mapped});\nexport async function save(user: Person) { const { id, ...data } = toPrisma(user); await prisma.user.update({ where: { id }, data }); }`,
  "an upsert of what a method gives": `export class Users { private toPrisma${person}: Prisma.UserCreateInput { return ${mapped}; }\n  async save(users: Person[]) { for (const user of users) { const data = this.toPrisma(user); await prisma.user.upsert({ where: { email: user.email }, create: data, update: data }); } } }`,
  "a typed list in a loop": `const seeds: Prisma.UserCreateInput[] = [${row}];\nexport async function seed() { for (const user of seeds) await prisma.user.upsert({ where: { email: user.email }, create: user, update: user }); }`,
  "a typed list in a callback": `const seeds: Prisma.UserCreateInput[] = [${row}];\nexport const seed = () => Promise.all(seeds.map((user) => prisma.user.upsert({ where: { email: user.email }, create: { ...user }, update: { ...user } })));`,
  "a method as a callback": `class Mapper { static toPrisma${person}: Prisma.UserCreateInput { return ${mapped}; } }\nexport async function save(users: Person[]) { for (const data of users.map(Mapper.toPrisma)) await prisma.user.update({ where: { email: data.email }, data }); }`,
  "a method that is typed as a row": `type Row = Prisma.UserGetPayload<{}>;\nclass Mapper { static toPrisma(user: Row): Row { return { id: user.id, email: user.email.trim(), name: user.name.trim(), createdAt: new Date(), updatedAt: new Date() }; } }\nexport async function save(user: Row) { const data = Mapper.toPrisma(user); await prisma.user.update({ where: { id: data.id }, data }); }`,
};

/** Rows whose values are set again before they are written: what stands in the literal gives another value. */
const setAgain: Readonly<Record<string, string>> = {
  "a source is trimmed": `export const f = (email: string) => { const data = { email, name: email }; data.email = data.email.trim(); return prisma.user.create({ data }); };`,
  "a source is filled in": `export const f = (email: string) => { const data: Prisma.UserCreateInput = ${row}; data.email ||= email; return prisma.user.create({ data }); };`,
};

export const listed = Object.entries({ ...shared, ...setAgain }).map(
  ([name, code]) => [name, `${head}interface Person { email: string; name: string }\n${code}\n`] as const,
);
