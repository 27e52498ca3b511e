import { expect, test } from "vitest";
import { chooseAll } from "../../support/choices.js";
import { apply, editFor, field, textOf, undoOf, withEntities } from "./phases.js";

// A column whose value nobody said: a row that was chosen takes it from where its other values come from.

const head = `import type { Repository } from "typeorm";\nimport { User } from "./entities";\n\ninterface NewUser {\n  email: string;\n  name: string;\n`;
const column = { value: { kind: "none" }, staysOptional: true, exposure: "exposed", choose: chooseAll } as const;
const wanted = "  handle?: string | null;\n";

test.each<[string, string, string]>([
  [
    "a literal",
    "export const add = (users: Repository<User>, input: NewUser) => users.insert({ email: input.email, name: input.name });",
    "export const add = (users: Repository<User>, input: NewUser) => users.insert({ email: input.email, name: input.name, handle: input.handle });",
  ],
  [
    "a destructured request",
    "export const add = (users: Repository<User>, { email, name }: NewUser) => users.insert({ email, name });",
    "export const add = (users: Repository<User>, { email, name, handle }: NewUser) => users.insert({ email, name, handle });",
  ],
  [
    "values in a constant",
    "export function add(users: Repository<User>, input: NewUser) {\n  const values = { email: input.email, name: input.name };\n  return users.insert({ ...values });\n}",
    "export function add(users: Repository<User>, input: NewUser) {\n  const values = { email: input.email, name: input.name, handle: input.handle };\n  return users.insert({ ...values });\n}",
  ],
  [
    "one field after the other",
    "export function add(users: Repository<User>, input: NewUser) {\n  const user = new User();\n  user.email = input.email;\n  user.name = input.name;\n  return users.save(user);\n}",
    "export function add(users: Repository<User>, input: NewUser) {\n  const user = new User();\n  user.email = input.email;\n  user.name = input.name;\n  user.handle = input.handle;\n  return users.save(user);\n}",
  ],
  [
    "values of its own",
    'export const add = (users: Repository<User>) => users.insert({ email: "a@x.com", name: "A" });',
    'export const add = (users: Repository<User>) => users.insert({ email: "a@x.com", name: "A" });',
  ],
])("%s", async (_, code, expected) => {
  const files = withEntities(`${head}}\n\n${code}\n`);
  const result = await editFor("expand", files, [], column);
  const after = apply(files, result);
  expect(textOf(after)).toBe(`${head}${wanted}}\n\n${expected}\n`);
  expect((await editFor("expand", after, result.edits, column)).changes).toEqual([]);
  expect((await undoOf("expand", after, result.edits, column)).files).toEqual(files);
});

const quota = field("quota", { type: "boolean", isOptional: true });
const read = "const user = await users.findOneByOrFail({ id });";
const kept = "user.quota = body.quota === undefined ? user.quota : body.quota;";
const email = "...(body.email && { email: body.email })";
const sent = "...(body.quota !== undefined && { quota: body.quota })";

// `false` is a value, and the value of the second save, too.
test.each([
  [
    "one field after the other",
    `${read} if (body.email) user.email = body.email; if (body.name) user.name = body.name;⟦ ${kept}⟧ await users.save(user);`,
  ],
  [
    "in blocks",
    `${read} if (body.email) { user.email = body.email; } if (body.name) { user.name = body.name; }⟦ ${kept}⟧ await users.save(user);`,
  ],
  [
    "in the block of what was found",
    `const user = await users.findOneBy({ id }); if (user) { user.email = body.email ?? ""; user.name = body.name ?? "";⟦ ${kept}⟧ await users.save(user); }`,
  ],
  ["assigned together", `${read} Object.assign(user, { ${email}⟦, ${sent}⟧ }); await users.save(user);`],
  ["merged", `${read} users.merge(user, { ${email}⟦, ${sent}⟧ }); await users.save(user);`],
  ["over a copy", `${read} await users.save({ ...user, ${email}⟦, ${sent}⟧ });`],
  ["an update", `await users.update(id, { ${email}⟦, ${sent}⟧ });`],
  ["a query", `await users.createQueryBuilder().update(User).set({ ${email}⟦, ${sent}⟧ }).where("id = 1").execute();`],
  [
    "changes in steps",
    "const changes: Partial<User> = {}; if (body.email) changes.email = body.email;⟦ if (body.quota !== undefined) changes.quota = body.quota;⟧ await users.update(id, changes);",
  ],
  [
    "a new instance",
    "const user = new User();⟦\n  user.quota = body.quota;⟧ if (body.email) user.email = body.email; await users.save(user);",
  ],
  [
    "a conflict",
    `await users.createQueryBuilder().insert().values({ email: body.email ?? "", name: body.name ?? ""⟦, quota: body.quota⟧ }).orUpdate(["name"⟦, "quota"⟧], ["email"]).execute();`,
  ],
  [
    "a conflict of the older form",
    `await users.createQueryBuilder().insert().values({ email: body.email ?? "", name: body.name ?? ""⟦, quota: body.quota⟧ }).orUpdate({ conflict_target: ["email"], overwrite: ["name"⟦, "quota"⟧] }).execute();`,
  ],
])("a row that is saved again: %s", async (_, text) => {
  const [before, after] = [/⟦[^⟧]*⟧/g, /[⟦⟧]/g].map((marks) => text.replaceAll(marks, ""));
  const code = (body: string) =>
    `import type { Repository } from "typeorm";\nimport { User } from "./entities";\n\nexport async function save(users: Repository<User>, id: number, body: { email?: string; name?: string; quota?: boolean | null }) {\n  ${body}\n}\n`;
  const about = { ...column, added: quota };
  const files = withEntities(code(before ?? ""));
  const result = await editFor("expand", files, [], about);
  const edited = apply(files, result);
  expect(textOf(edited)).toBe(code(after ?? ""));
  expect((await editFor("expand", edited, result.edits, about)).changes).toEqual([]);
  expect((await undoOf("expand", edited, result.edits, about)).files).toEqual(files);
});

test("a list of columns to overwrite is no place that is ticked: a save without the value would replace it", async () => {
  const code = `import type { Repository } from "typeorm";\nimport { User } from "./entities";\nexport const save = (users: Repository<User>, body: { email: string; name: string; quota?: boolean }) => users.createQueryBuilder().insert().values({ email: body.email, name: body.name }).orUpdate(["name"], ["email"]).execute();\n`;
  const value = { kind: "typescript", text: "true" } as const;
  const { places } = await editFor("expand", withEntities(code), [], { added: quota, value, exposure: "exposed" });
  expect(places).toMatchObject([
    {
      kind: "possible",
      reason: expect.stringMatching(/overwrites every other column .* add `"quota"` if every save has it/),
    },
  ]);
});
