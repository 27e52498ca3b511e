import { expect, test } from "vitest";
import { apply, editFor, field, handle, shopModels, textOf, untyped, withEntities } from "./phases.js";

const head = `import type { EntityManager, Repository } from "typeorm";\nimport { type Order, User } from "./entities";\n`;

async function expanded(code: string) {
  const files = withEntities(`${head}${code}\n`);
  const { places, ...result } = await editFor("expand", files, []);
  return { places, text: textOf(apply(files, { ...result })).slice(head.length, -1) };
}

test.each([
  ["a reference", "export const user = (users: Repository<User>) => users.create({ id: 1 });"],
  ["one of a manager", "export const user = (manager: EntityManager) => manager.create(User, { id: 1 });"],
  [
    "one in a relation",
    "export const make = (orders: Repository<Order>) => orders.save({ totalCents: 1, user: { id: 1 } });",
  ],
  ["what is loaded first", 'export const change = (users: Repository<User>) => users.preload({ id: 1, name: "B" });'],
  ["a change", 'export const change = (users: Repository<User>, id: number) => users.save({ id, name: "B" });'],
  [
    "a merge into a row that exists",
    'export const change = (users: Repository<User>, user: User) => users.save(users.merge(user, { name: "B" }));',
  ],
])("no value is written over the stored one: %s", async (_, code) => {
  expect((await expanded(code)).text).toBe(code);
});

test("what is merged into a new instance is a new row", async () => {
  const { text } = await expanded(
    'export const make = (users: Repository<User>) => users.save(users.merge(new User(), { email: "A", name: "B" }));',
  );
  expect(text).toContain('{ email: "A", name: "B", handle: "a" }');
});

test.each([
  ["under a condition", "...(name && { name })", "edited"],
  ["one of two", "...(name ? { name } : {})", "edited"],
  ["of what the value is computed from", "...(name && { email: name })", "required"],
  ["of a function", "...more()", "likely"],
])("a spread in a new row: %s", async (_, spread, expected) => {
  const code = `declare function more(): object;\nexport const make = (users: Repository<User>, name: string) => users.save({ email: "a", name, ${spread} });`;
  const { text, places } = await expanded(code);
  expect(text !== code ? "edited" : places[0]?.kind).toBe(expected);
});

const partial =
  "\n  constructor(part: Partial<User> = {}) { Object.assign(this, part); }\n" +
  "  static register(email: string) { return new this({ email, name: email }); }\n}\n";

test.each([
  [
    "declared, then exported",
    (text: string) => `${text.replace("export class User", "class User")}\nexport default User;\n`,
  ],
  ["exported where it is declared", (text: string) => text.replace("export class User", "export default class User")],
])("an entity that is the default export of its file, %s", async (_, edited) => {
  const code =
    'import User from "./entities/user.entity";\nimport type { DataSource } from "typeorm";\ndeclare const source: DataSource;\n' +
    'export const save = () => source.getRepository(User).save({ email: "a", name: "b" });\n' +
    'export const make = () => source.manager.insert(User, { email: "c", name: "d" });\n' +
    'export const instance = () => source.manager.save(new User({ email: "e", name: "f" }));\n';
  const files = withEntities(code).map(({ file, text }) => ({
    file,
    text: file.endsWith("user.entity.ts")
      ? edited(text.replace(/\n}\n$/, partial))
      : text
          .replace('{ User } from "./user.entity"', 'User from "./user.entity"')
          .replace('* from "./user.entity"', '{ default as User } from "./user.entity"'),
  }));
  const after = apply(files, await editFor("expand", files, []));
  expect(textOf(after).match(/handle: "\w"/g)).toEqual(['handle: "a"', 'handle: "c"', 'handle: "e"']);
  expect(textOf(after, "src/entities/user.entity.ts")).toContain("name: email, handle: email.toLowerCase() });");
});

const objectCalls = 'export const make = () => users.save(new User({ email: "Ada", name: "Ada" } as never));';

test.each([
  ["Object.assign", "(data?: Partial<User>) { if (data) { Object.assign(this, data); } }", "edited"],
  ["a loop", "(data: Partial<User>) { for (const [k, v] of Object.entries(data)) (this as any)[k] = v; }", "edited"],
  ["a loop over keys", "(data: Partial<User>) { for (const key in data) this[key] = data[key]; }", "edited"],
  ["a callback", "(data: Partial<User>) { Object.keys(data).forEach((k) => { this[k] = data[k]; }); }", "edited"],
  ["another library", "(data: Partial<User>) { _.merge(this, data); }", "edited"],
  ["a reflection", "(data: object) { for (const k of Object.keys(data)) Reflect.set(this, k, data[k]); }", "edited"],
  ["all arguments", "(...parts: object[]) { Object.assign(this, ...parts); }", "edited"],
  [
    "a loop over some keys",
    '(data: any) { for (const k of ["email", "name"]) this[k] = data[k]; }',
    "the call is listed",
  ],
  [
    "a loop that skips",
    "(data: any) { for (const k in data) { if (allowed.has(k)) this[k] = data[k]; } }",
    "the call is listed",
  ],
  [
    "a loop without undefined",
    "(data: any) { for (const [k, v] of Object.entries(data)) if (v !== undefined) this[k] = v; }",
    "edited",
  ],
  ["a part", '(data: any) { Object.assign(this, _.pick(data, ["email"])); }', "the call is listed"],
  ["a function out of view", "(data: Partial<User>) { hydrate(this, data); }", "the call is listed"],
  ["a method", "(data: Partial<User>) { this.init(data); }", "the call is listed"],
  [
    "one by one",
    "(data: Partial<User>) { this.email = data.email!; this.name = data.name!; }",
    "edited, and listed itself",
  ],
  ["a pattern", "({ email, name }: any) { this.email = email; this.name = name; }", "edited, and listed itself"],
])("what a constructor copies by %s", async (_, maker, expected) => {
  for (const where of [{}, untyped]) {
    const { edited, listed } = await constructed(objectCalls, `constructor${maker}`, where);
    const isHere = listed.some((file) => file === "src/code.ts");
    const isThere = listed.some((file) => file !== "src/code.ts");
    const told = edited
      ? `edited${isThere ? ", and listed itself" : ""}`
      : isHere && !isThere
        ? "the call is listed"
        : "";
    expect(told).toBe(expected);
  }
});

test("a constructor that takes its fields one by one is listed itself; without one in view, what it is given is a row", async () => {
  const one = 'export const make = (email: string) => users.save(new User(email, "Ada"));';
  const positional = "constructor(email: string, name: string) { this.email = email; this.name = name; }";
  expect((await constructed(one, positional, {})).listed).toEqual(["src/entities/user.entity.ts"]);
  expect(await constructed(objectCalls, "", {})).toEqual({ edited: false, listed: ["src/code.ts"] });
  const base = "abstract class Base<T> { constructor(data: Partial<T>) { Object.assign(this, data); } }";
  expect((await constructed(objectCalls, "constructor(data: Partial<User>) { super(data); }", {}, base)).edited).toBe(
    true,
  );
  expect((await constructed(objectCalls, "", {}, base)).edited).toBe(true);
});

/** The row of a call, and the files of the places that contract asks about. */
async function constructed(code: string, members: string, where: { readonly root?: string }, base?: string) {
  const head =
    'import type { Repository } from "typeorm";\nimport { User } from "./entities";\ndeclare const users: Repository<User>;\n';
  const files = withEntities(`${head}${code}\n`).map(({ file, text }) => {
    if (!file.endsWith("user.entity.ts")) return { file, text };
    const own = text.replace(/\n}\n$/, `\n\n  ${members}\n}\n`);
    return { file, text: base ? `${base}\n${own.replace("class User {", "class User extends Base<User> {")}` : own };
  });
  const result = await editFor("expand", files, [], where);
  const edited = textOf(apply(files, result)).includes('handle: "ada"');
  return { edited, listed: result.places.filter(({ mayLeaveOut }) => mayLeaveOut).map(({ file }) => file) };
}

const region = { ...handle, name: "region", column: "region", isUnique: false };

/** Users whose key the app makes up, and that need a name if `isNamed`. */
function keyedModels(isNamed: boolean) {
  return shopModels(region).map((model) => ({
    ...model,
    fields: model.fields.map((each) => {
      if (each.name === "id") return field("id", { isId: true });
      return each.name === "email" || (each.name === "name" && !isNamed) ? { ...each, isOptional: true } : each;
    }),
  }));
}

test.each([
  ["its key alone", "order.users.push(users.create({ id }))", true, "left"],
  ["a class with its key", "order.users.push(Object.assign(new User(), { id }))", true, "left"],
  ["an instance with its key", "const user = new User(); user.id = id; order.users.push(user)", true, "left"],
  ["its key and a part of what rows need", 'users.create({ id, email: "a" })', true, "listed"],
  ["its key, where rows need no more", "order.users.push(users.create({ id }))", false, "listed"],
  ["all that rows need", 'users.create({ id, name: "Ada" })', true, "edited"],
  ["a key that is new", "users.create({ id: randomUUID() })", true, "edited"],
  ["a row that is inserted", "users.insert({ id })", true, "edited"],
])("a key of the app's own: %s", async (_, statement, isNamed, expected) => {
  const code = `${head}import { randomUUID } from "node:crypto";
export function add(order: { users: User[] }, users: Repository<User>, id: never) {
  ${statement};
}
`;
  const files = withEntities(code);
  const column = { added: region, models: keyedModels(isNamed), value: { kind: "sql", sql: "'eu'" } } as const;
  const result = await editFor("expand", files, [], column);
  const isListed = result.places.some(({ kind, mayLeaveOut }) => kind === "required" || mayLeaveOut);
  expect(textOf(apply(files, result)) !== code ? "edited" : isListed ? "listed" : "left").toBe(expected);
});
