import { expect, test } from "vitest";
import { chooseAll } from "../../support/choices.js";
import { apply, editFor, textOf, undoOf, withEntities } from "./phases.js";

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
