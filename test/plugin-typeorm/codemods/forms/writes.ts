/** Ways to make a row of User that people write, each a file; every one has to be edited, or listed for a person. */
const row = '{ email: "Ada@example.com", name: "Ada" }';
const head = `import { type DeepPartial, type DataSource, type EntityManager, type ObjectLiteral, Repository } from "typeorm";
import { Order, User } from "./entities";
declare const dataSource: DataSource;
`;

const forms: Readonly<Record<string, string>> = {
  "a repository of a parameter": `export const make = (users: Repository<User>) => users.save(${row});`,
  "a repository of the data source": `export const make = () => dataSource.getRepository(User).insert(${row});`,
  "a constant": `const users = dataSource.getRepository(User);\nexport const make = () => users.save(users.create(${row}));`,
  "a manager": `export const make = (manager: EntityManager) => manager.save(User, ${row});`,
  "a transaction": `export const make = () => dataSource.transaction((tx) => tx.save(User, ${row}));`,
  "a transaction's repository": `export const make = () => dataSource.transaction(async (tx) => { const users = tx.getRepository(User); await users.insert(${row}); });`,
  "a query builder": `export const make = () => dataSource.createQueryBuilder().insert().into(User).values(${row}).execute();`,
  "a repository's query builder": `export const make = (users: Repository<User>) => users.createQueryBuilder().insert().values([${row}]).execute();`,
  "a query builder of a function": `import type { InsertQueryBuilder } from "typeorm";\nconst insertion = () => dataSource.createQueryBuilder().insert().into(User);\nexport const make = () => insertion().values(${row}).execute();\nexport const given = (query: InsertQueryBuilder<User>) => query.values(${row});`,
  "a query builder in steps": `export const make = () => { let query = dataSource.createQueryBuilder().insert().into(User); query = query.orIgnore(); return query.values(${row}).execute(); };`,
  "an entity that is given": `export const make = (manager: EntityManager, type: typeof User) => manager.insert(type, ${row});`,
  "a target that is given": `import type { EntityTarget } from "typeorm";\nexport const make = (manager: EntityManager, type: EntityTarget<User>) => manager.insert(type, ${row});`,
  "a method of an alias's": `type NewUser = DeepPartial<User>;\nclass Users { constructor(private readonly users: Repository<User>) {}\n  add(part: NewUser) { return this.users.save(part); } }\nexport const make = (users: Users) => users.add(${row});`,
  "an injected member": `export class UserService { constructor(private readonly users: Repository<User>) {}\n  make() { return this.users.save(${row}); } }`,
  "a private field": `export class UserService { #users = dataSource.getRepository(User);\n  make() { return this.#users.save(${row}); } }`,
  "a getter": `export class UserService { get users() { return dataSource.getRepository(User); }\n  make() { return this.users.save(${row}); } }`,
  "a getter of another class": `class Db { get users() { return dataSource.getRepository(User); } }\nexport class UserService { constructor(private readonly db: Db) {}\n  make() { return this.db.users.save(${row}); } }`,
  "a factory": `function usersOf(source: DataSource) { return source.getRepository(User); }\nexport const make = () => usersOf(dataSource).save(${row});`,
  "an awaited factory": `async function usersOf() { await dataSource.initialize(); return dataSource.getRepository(User); }\nexport async function make() { return (await usersOf()).save(${row}); }`,
  "a generic factory": `function repositoryOf<T extends ObjectLiteral>(type: new () => T): Repository<T> { return dataSource.getRepository(type); }\nexport const make = () => repositoryOf(User).save(${row});`,
  "a generic helper without a type": `const repositoryOf = <T extends ObjectLiteral>(type: new () => T) => dataSource.getRepository(type);\nexport const make = () => repositoryOf(User).insert(${row});`,
  "a destructured member": `const repositories = { users: dataSource.getRepository(User), orders: dataSource.getRepository(Order) };\nexport function make() { const { users } = repositories; return users.save(${row}); }`,
  "a destructured parameter": `export const make = ({ users }: { users: Repository<User> }) => users.save(${row});`,
  "a destructured this": `export class UserService { constructor(private readonly users: Repository<User>) {}\n  make() { const { users } = this; return users.save(${row}); } }`,
  "a map of repositories": `const repositories = { user: dataSource.getRepository(User) } as const;\nexport const make = () => repositories["user"].save(${row});`,
  "a Map": `const repositories = new Map<string, Repository<User>>();\nexport const make = () => repositories.get("users")!.save(${row});`,
  "a record": `declare const repositories: Record<string, Repository<User>>;\nexport const make = (name: string) => repositories[name]!.save(${row});`,
  "a cache": `let cached: Repository<User> | undefined;\nexport const make = () => (cached ??= dataSource.getRepository(User)).save(${row});`,
  "assigned after its declaration": `let users: Repository<User>;\nexport function open() { users = dataSource.getRepository(User); }\nexport const make = () => users.save(${row});`,
  "assigned without a type": `let users;\nusers = dataSource.getRepository(User);\nexport const make = () => users.save(${row});`,
  "Promise.all": `export async function make() { const [users] = await Promise.all([Promise.resolve(dataSource.getRepository(User))]); return users.save(${row}); }`,
  "a conditional": `export const make = (tx?: EntityManager) => (tx ? tx.getRepository(User) : dataSource.getRepository(User)).save(${row});`,
  "a member that a package's class has": `import { CrudService } from "some-crud";\nexport class UserService extends CrudService<User> { make(row: { email: string; name: string }) { return this.repo.save({ ...row }); } }`,
  "a getter over a package's": `import { source } from "some-store";\nexport class UserService { get users() { return source.getRepository(User); }\n  make(row: { email: string; name: string }) { return this.users.save({ ...row }); } }`,
  "a test's repository": `import { Test } from "some-store";\nimport { getRepositoryToken } from "@nestjs/typeorm";\nlet users;\nTest.before(() => { users = Test.get(getRepositoryToken(User)); });\nTest.run((row: { email: string; name: string }) => users.save({ ...row }));`,
  "one of two, as far as it is known": `import { cls } from "some-store";\nexport const make = (row: { email: string; name: string }) => (cls.get("users") ?? dataSource.getRepository(User)).save({ ...row });`,
  "an own interface": `interface Users { save(row: DeepPartial<User>): Promise<User> }\nexport const make = (users: Users) => users.save(${row});`,
  "an own repository": `class UserRepository extends Repository<User> { findActive() { return this.find(); } }\nexport const make = (users: UserRepository) => users.save(${row});`,
  "an own base repository": `abstract class BaseRepository<T extends ObjectLiteral> extends Repository<T> {}\nclass UserRepository extends BaseRepository<User> {}\nexport const make = (users: UserRepository) => users.insert(${row});`,
  "inside of an own repository": `export class UserRepository extends Repository<User> { make() { return this.save(${row}); } }`,
  "an abstract member": `abstract class Base<T extends ObjectLiteral> { protected abstract readonly repository: Repository<T>; }\nexport class UserService extends Base<User> { protected readonly repository = dataSource.getRepository(User);\n  make() { return this.repository.save(${row}); } }`,
  "an inherited member": `class Base<T extends ObjectLiteral> { constructor(protected readonly repository: Repository<T>) {} }\nexport class UserService extends Base<User> { make() { return this.repository.insert(${row}); } }`,
  "a base service": `class BaseService<T extends ObjectLiteral> { constructor(private readonly repository: Repository<T>) {}\n  create(data: DeepPartial<T>) { return this.repository.save(this.repository.create(data)); } }\nexport class UserService extends BaseService<User> { register() { return this.create(${row}); } }`,
  "a base service of a parameter": `class BaseService<T extends ObjectLiteral> { constructor(private readonly repository: Repository<T>) {}\n  create(data: DeepPartial<T>) { return this.repository.save(data); } }\nexport const register = (users: BaseService<User>) => users.create(${row});`,
  "a generic function": `async function insert<T extends ObjectLiteral>(type: new () => T, data: DeepPartial<T>) { return dataSource.getRepository(type).save(data); }\nexport const register = () => insert(User, ${row});`,
  extended: `const users = dataSource.getRepository(User).extend({ findActive() { return this.find(); } });\nexport const make = () => users.save(${row});`,
  "optional chaining": `export const make = (users?: Repository<User>) => users?.save(${row});`,
  "a non-null assertion": `declare const db: { users?: Repository<User> };\nexport const make = () => db.users!.save(${row});`,
  "a returned object": `function db() { return { users: dataSource.getRepository(User) }; }\nexport const make = () => db().users.save(${row});`,
  "a method that gives it": `class Db { repository() { return dataSource.getRepository(User); } }\nexport const make = (db: Db) => db.repository().save(${row});`,
  "a generic method that gives it": `class Db { of<T extends ObjectLiteral>(type: new () => T) { return dataSource.getRepository(type); } }\nexport const make = (db: Db) => db.of(User).save(${row});`,
  "a type alias": `type Users = Repository<User>;\nexport const make = (users: Users) => users.save(${row});`,
  "a Pick": `export const make = (users: Pick<Repository<User>, "save">) => users.save(${row});`,
  "a callback's parameter": `declare function withUsers<R>(run: (users: Repository<User>) => R): R;\nexport const make = () => withUsers((users) => users.save(${row}));`,
  "a list": `export const make = (users: Repository<User>) => users.save([${row}]);`,
  "a mapped list": `export const make = (users: Repository<User>, emails: string[]) => users.save(emails.map((email) => ({ email, name: email })));`,
  "a constant row": `export function make(users: Repository<User>) { const row = ${row}; return users.save(row); }`,
  "a typed row": `export function make(users: Repository<User>) { const row: DeepPartial<User> = ${row}; return users.save(row); }`,
  "a row in two steps": `export function make(users: Repository<User>) { const row: DeepPartial<User> = {}; row.email = "a"; row.name = "b"; return users.save(row); }`,
  "a function that makes it": `const rowOf = (email: string): DeepPartial<User> => ({ email, name: email });\nexport const make = (users: Repository<User>) => users.save(rowOf("a"));`,
  "a nested row": `export const make = (orders: Repository<Order>) => orders.save({ totalCents: 1, user: ${row} });`,
  "an instance": `export function make(users: Repository<User>) { const user = new User(); user.email = "a"; user.name = "b"; return users.save(user); }`,
  "an instance that is assigned to": `export const make = (users: Repository<User>) => users.save(Object.assign(new User(), ${row}));`,
  merged: `export const make = (users: Repository<User>) => users.save(users.merge(new User(), ${row}));`,
  "an upsert": `export const make = (users: Repository<User>) => users.upsert(${row}, ["email"]);`,
  "a spread": `export const make = (users: Repository<User>, input: { email: string; name: string }) => users.save({ ...input });`,
  "a spread under a condition": `export const make = (users: Repository<User>, name?: string) => users.save({ email: "a", ...(name && { name }) });`,
  "a promise chain": `export const make = () => Promise.resolve(dataSource.getRepository(User)).then((users) => users.save(${row}));`,
  "this of a static method": `import { BaseEntity, Column, Entity, PrimaryGeneratedColumn } from "typeorm";\nexport const make = () => dataSource.manager.getRepository(User).save(${row} as User);`,
  "a base service of anything": `class BaseService<T extends ObjectLiteral> { constructor(private readonly repository: Repository<T>) {}\n  create(data: any) { return this.repository.save(data); } }\nexport class UserService extends BaseService<User> { register() { return this.create(${row}); } }`,
  "a base service of a Partial": `class BaseService<T extends ObjectLiteral> { constructor(private readonly repository: Repository<T>) {}\n  create(data: Partial<T>) { return this.repository.save(this.repository.create(data as DeepPartial<T>)); } }\nexport class UserService extends BaseService<User> { register() { return this.create(${row}); } }`,
  "a base service of a class of its own": `class UserDto { email!: string; name!: string; }\nclass BaseService<T extends ObjectLiteral, C extends DeepPartial<T>> { constructor(private readonly repository: Repository<T>) {}\n  create(data: C) { return this.repository.save(this.repository.create(data)); } }\nexport class UserService extends BaseService<User, UserDto> { register(dto: UserDto) { return this.create(dto); } }`,
  "a registry of any repositories": `const repositories: Record<string, Repository<any>> = { user: dataSource.getRepository(User) };\nexport const make = (name: string, rows: object[]) => repositories[name]!.insert(rows as never);`,
  "a chosen entity": `export const make = (manager: EntityManager, target: any, data: any) => manager.save(target, data);`,
  "a repository of a container": `import { Container } from "inversify";\nconst container = new Container();\nexport const make = () => container.get<Repository<User>>("users").save(${row});`,
  "a repository class of a container": `import { container } from "tsyringe";\nclass UserRepository extends Repository<User> {}\nexport const make = () => container.resolve(UserRepository).save(${row});`,
  "a manager of a package's": `import { AsyncLocalStorage } from "node:async_hooks";\nconst store = new AsyncLocalStorage<EntityManager>();\nexport const make = () => (store.getStore() ?? dataSource.manager).save(User, ${row});`,
  "a repository without a type": `export const make = (store: any) => store.save(${row});`,
  "a method that is bound": `const users = dataSource.getRepository(User);\nconst save = users.save.bind(users);\nexport const make = () => save(${row});`,
  "a builder's member": `class UserBuilder { private readonly user = new User();\n  email(email: string) { this.user.email = email; return this; }\n  build() { return this.user; } }\nexport const make = (users: Repository<User>) => users.save(new UserBuilder().email("a").build());`,
  "a member that its constructor sets": `export class UserService { private readonly users;\n  constructor() { this.users = dataSource.getRepository(User); }\n  make() { return this.users.save(${row}); } }`,
  "a list that is taken apart": `const [users, orders] = [dataSource.getRepository(User), dataSource.getRepository(Order)];\nexport const make = () => Promise.all([orders.count(), users.save(${row})]);`,
  "a repository that is typed as any": `export const make = () => { const users: any = dataSource.getRepository(User); return users.save(${row}); };`,
  "a repository that is asserted as any": `export const make = () => (dataSource.getRepository(User) as any).save(${row});`,
  "this of what extends a repository": `export const Users = dataSource.getRepository(User).extend({ make() { return this.save(${row}); } });`,
  "a Map of pairs": `const repositories = new Map([["users", dataSource.getRepository(User)]]);\nexport const make = () => repositories.get("users")!.save(${row});`,
  "a mapper of a package": `declare const mapper: { map<S, D>(source: S, to: new () => D): D };\nexport const make = (users: Repository<User>, dto: object) => { const user = mapper.map(dto, User); return users.save(user); };`,
  "an asserted row": `export const make = (users: Repository<User>, dto: { email: string }) => { const user = dto as User; return users.save(user); };`,
  "an asserted row of a function": `const toUser = (dto: { email: string }) => dto as User;\nexport const make = (users: Repository<User>, dto: { email: string }) => users.save(toUser(dto));`,
  "an asserted row beside one that is read": `export const make = async (users: Repository<User>, dto: { email: string }) => users.save((await users.findOneBy({ email: "a" })) ?? (dto as User));`,
  "an asserted row for a base service": `class BaseService<T extends ObjectLiteral> { constructor(private readonly repository: Repository<T>) {}\n  add(row: T) { return this.repository.save(row); } }\nexport const make = (users: BaseService<User>, dto: { email: string }) => users.add(dto as User);`,
  "a parsed row": `export const make = (users: Repository<User>, json: string) => { const user: User = JSON.parse(json); return users.save(user); };`,
  "a generic builder": `function build<T extends object>(type: new () => T, data: Partial<T>): T { const made = new type(); for (const key in data) (made as any)[key] = data[key]; return made; }\nexport const make = (users: Repository<User>) => users.save(build(User, ${row}));`,
  "a base service that makes it": `abstract class BaseService<T extends ObjectLiteral> { constructor(private readonly repository: Repository<T>, private readonly type: new (data: any) => T) {}\n  add(data: any) { return this.repository.save(new this.type(data)); } }\nexport class Users extends BaseService<User> { make() { return this.add(${row}); } }`,
  "a factory that assigns": `class Factory { static from(data: Partial<User>) { const user = new User(); Object.assign(user, data); return user; } }\nexport const make = (users: Repository<User>) => users.save(Factory.from(${row}));`,
  "a new instance that is spread": `export const make = (users: Repository<User>, dto: Partial<User>) => users.save({ ...new User(), ...dto });`,
  "a nested row in a constant": `export const make = (orders: Repository<Order>) => { const user = ${row}; return orders.save({ totalCents: 1, user }); };`,
};

export const writes = Object.entries(forms).map(([name, code]) => [name, `${head}${code}\n`] as const);

/** Who is given a repository, and whether a package may insert rows with it. */
const clients: Readonly<Record<string, readonly [code: string, isListed: boolean]>> = {
  "an authentication library": [
    `import { TypeormAdapter } from "some-auth";\nexport const auth = TypeormAdapter(dataSource);`,
    true,
  ],
  "one that is named after TypeORM": [
    `import { TypeORMAdapter } from "@auth/typeorm-adapter";\nexport const auth = TypeORMAdapter(dataSource);`,
    true,
  ],
  "a repository": [
    `import { crud } from "some-crud";\nexport const users = crud({ repository: dataSource.getRepository(User) });`,
    true,
  ],
  "a manager": [
    `import AdminJS from "adminjs";\nexport const admin = new AdminJS({ databases: [dataSource.manager] });`,
    true,
  ],
  "a base class": [
    `import { CrudService } from "some-crud";\nexport class Users extends CrudService<User> { constructor(users: Repository<User>) { super(users); } }`,
    true,
  ],
  "a thing of a package": [
    `import { Store } from "some-store";\nexport const store = new Store({}).connect(dataSource.getRepository(User));`,
    true,
  ],
  "another repository": [
    `import { crud } from "some-crud";\nexport const orders = crud(dataSource.getRepository(Order));`,
    false,
  ],
  "a package of the same workspace": [
    `import { analyse } from "@acme/analytics/handler";\nexport const handler = analyse(dataSource);`,
    false,
  ],
  "the app's own code": [
    `function createApp(source: DataSource) { return source; }\nexport const app = createApp(dataSource);`,
    false,
  ],
  "TypeORM's own": [
    `import { getDataSourceToken } from "@nestjs/typeorm";\nexport const token = getDataSourceToken(dataSource);`,
    false,
  ],
  "a package that asks for its own token": [
    `import { Container } from "inversify";\nimport { AUTH_USERS } from "some-auth";\nexport const box = new Container();\nbox.bind(AUTH_USERS).toConstantValue(dataSource.getRepository(User));`,
    true,
  ],
  "a container, for the project": [
    `import { Container, inject } from "inversify";\nexport const TOKENS = { users: Symbol.for("users") };\nexport const box = new Container();\nconst repository = dataSource.getRepository(User);\nbox.bind<Repository<User>>(TOKENS.users).toConstantValue(repository);\nexport class Users { constructor(@inject(TOKENS.users) private readonly users: Repository<User>) {} }`,
    false,
  ],
  "a container, by a name that the project asks for": [
    `import { container, inject } from "tsyringe";\ncontainer.register("users", { useValue: dataSource.getRepository(User) });\ncontainer.registerInstance("source", dataSource);\nexport class Users { constructor(@inject("users") readonly users: Repository<User>, @inject("source") readonly source: DataSource) {} }`,
    false,
  ],
  "a provider, for the project": [
    `import { Module } from "@nestjs/common";\nimport { getRepositoryToken } from "@nestjs/typeorm";\n@Module({ providers: [{ provide: getRepositoryToken(User), useValue: dataSource.getRepository(User) }] })\nexport class App {}`,
    false,
  ],
  "a container of classes": [
    `import { Container } from "typedi";\nContainer.set(DataSource, dataSource);\nexport class Users { constructor(readonly source: DataSource) {} }`,
    false,
  ],
  "a database of another package": [
    `import * as SQLite from "expo-sqlite";\nimport { drizzle } from "drizzle-orm/expo-sqlite";\nconst connection = SQLite.openDatabaseSync("app.db");\nexport const local = drizzle(connection);\nexport const users = () => dataSource.getRepository(User);`,
    false,
  ],
  "what belongs to Node.js": [
    `import { AsyncLocalStorage } from "node:async_hooks";\nconst store = new AsyncLocalStorage<EntityManager>();\nexport const f = () => store.run(dataSource.manager, () => 1);`,
    false,
  ],
};

export const handed = Object.entries(clients).map(
  ([name, [code, isListed]]) => [name, `${head}${code}\n`, isListed] as const,
);

/** Values that are no new rows: references, and changes of rows that exist. */
const references: Readonly<Record<string, string>> = {
  "a reference that is created": `export const role = (users: Repository<User>) => users.create({ id: 1 });`,
  "a reference in a relation": `export const make = (orders: Repository<Order>) => orders.save({ totalCents: 1, user: { id: 1 } });`,
  "a reference that a manager creates": `export const make = (manager: EntityManager) => manager.create(User, { id: 1 });`,
  preload: `export const change = (users: Repository<User>) => users.preload({ id: 1, name: "B" });`,
  "preload of a manager": `export const change = (manager: EntityManager) => manager.preload(User, { id: 1, name: "B" });`,
  "a change that is saved": `export const change = (users: Repository<User>, id: number) => users.save({ id, name: "B" });`,
  "an update": `export const change = (users: Repository<User>) => users.update(1, { name: "B" });`,
  "a base service that updates": `class BaseService<T extends ObjectLiteral> { constructor(private readonly repository: Repository<T>) {}\n  change(id: number, data: DeepPartial<T>) { return this.repository.update(id, data as never); } }\nexport class UserService extends BaseService<User> { rename() { return this.change(1, { name: "B" }); } }`,
  "a base service that puts it over a row": `class BaseService<T extends ObjectLiteral> { constructor(private readonly repository: Repository<T>) {}\n  async change(id: number, data: DeepPartial<T>) { const found = await this.repository.findOneByOrFail({ id } as never); return this.repository.save({ ...found, ...data }); } }\nexport class UserService extends BaseService<User> { rename() { return this.change(1, ${row}); } }`,
  "a service that inserts or updates": `class UserService { constructor(private readonly users: Repository<User>) {}\n  put(data: DeepPartial<User>, id?: number) { return id ? this.users.update(id, data as never) : this.users.insert(data as never); } }\nexport const f = (users: UserService) => users.put(${row});`,
  "a merge into a row that exists": `export async function change(users: Repository<User>) { const user = await users.findOneByOrFail({ id: 1 }); return users.save(users.merge(user, { name: "B" })); }`,
  "a condition": `export const find = (users: Repository<User>) => users.findBy({ name: "B" });`,
};

export const others = Object.entries(references).map(([name, code]) => [name, `${head}${code}\n`] as const);
