import { expect, test } from "vitest";
import type { CodeRequest } from "../../../core/src/code/run/code-request.js";
import { planCodeEdits } from "../../../core/src/code/run/plan-edits.js";
import { TypeClock } from "../../../core/src/code/types/type-clock.js";
import { reads, unrelated } from "./forms/reads.js";
import { handed, others, writes } from "./forms/writes.js";
import { apply, request, textOf, undoOf, untyped, withEntities } from "./phases.js";

/** Whether a form is edited or listed. */
async function isSeen(code: string, where: Partial<CodeRequest> = {}): Promise<boolean> {
  const files = withEntities(code);
  const result = await planCodeEdits({ ...request(files, ["expand"], [], {}), ...where });
  const isListed = result.places.some(({ kind, mayLeaveOut }) => kind === "required" || mayLeaveOut);
  return isListed || textOf(apply(files, result)) !== code;
}

test.each(writes)("%s is edited or listed", async (_, code) => expect(await isSeen(code)).toBe(true));

test("without types all of them but what only types say", async () => {
  const unseen: string[] = [];
  for (const [name, code] of writes) if (!(await isSeen(code, untyped))) unseen.push(name);
  expect(unseen).toEqual(["an own interface", "a registry of any repositories"]);
});

test.each(writes)("%s is edited or listed where its data source has no type", async (_, code) => {
  const isOf = 'import { dataSource } from "./elsewhere";';
  expect(await isSeen(code.replace("declare const dataSource: DataSource;", isOf))).toBe(true);
});

// What nearly everybody writes is edited all the same.
test.each([
  "a repository of a parameter",
  "a repository of the data source",
  "a constant",
  "a manager",
  "a transaction",
  "a query builder",
  "a repository's query builder",
  "an injected member",
  "a private field",
  "a factory",
  "a destructured this",
  "an own repository",
  "inside of an own repository",
  "a repository of a container",
  "an instance",
  "an entity that is given",
  "a target that is given",
  "a generic factory",
  "a generic helper without a type",
  "a generic method that gives it",
  "a Map",
  "a record",
  "Promise.all",
  "an inherited member",
  "a member that its constructor sets",
  "a list that is taken apart",
  "a repository that is typed as any",
  "a repository that is asserted as any",
  "this of what extends a repository",
  "a Map of pairs",
])("without types %s is edited", async (name) => {
  const code = writes.find(([each]) => each === name)?.[1] ?? "";
  const files = withEntities(code);
  for (const where of [untyped, { typeClock: new TypeClock(0) }]) {
    const result = await planCodeEdits({ ...request(files, ["expand"], [], {}), ...where });
    expect(textOf(apply(files, result))).not.toBe(code);
    expect(result.places.filter(({ mayLeaveOut }) => mayLeaveOut)).toEqual([]);
  }
});

test("what a repository is asked for is the entity, whatever module names it", async () => {
  const code = `import { User } from "@acme/users";\nimport { source } from "@acme/store";\nexport async function make() {\n  const users = source.getRepository(User);\n  return users.save({ email: "a", name: "b" });\n}\n`;
  const files = withEntities(code);
  const result = await planCodeEdits({ ...request(files, ["expand"], [], {}), ...untyped });
  expect(textOf(apply(files, result))).toContain('name: "b", handle: "a" }');
  expect(result.places).toEqual([]);
});

test("a request class that stands on one line stays one that compiles", async () => {
  const code =
    'import type { Repository } from "typeorm";\nimport type { User } from "./entities";\nclass UserDto { email!: string; name!: string }\n' +
    "export const make = (users: Repository<User>, dto: UserDto) => users.save({ ...dto });\n";
  const files = withEntities(code);
  const result = await planCodeEdits(request(files, ["expand"], [], {}));
  const after = apply(files, result);
  expect(textOf(after)).toContain("class UserDto { email!: string; name!: string; handle?: string }");
  const undone = await undoOf("expand", after, result.edits);
  expect(textOf(undone.files)).toBe(code);
});

test.each(handed)("a package that is given a client: %s", async (_, code, isListed) => {
  const workspacePackages = new Set(["@acme/analytics"]);
  for (const typed of [{}, untyped]) {
    const asked = { ...request(withEntities(code), ["expand"], [], {}), workspacePackages };
    const { places } = await planCodeEdits({ ...asked, ...typed });
    expect(places.map(({ what }) => what).filter((what) => what.includes(" given to "))).toHaveLength(isListed ? 1 : 0);
  }
});

const partial =
  "\n  constructor(part: Partial<User> = {}) { Object.assign(this, part); }\n  static register(email: string) { return new this({ email, name: email }); }\n}\n";

test.each([
  [
    "declared, then exported",
    (text: string) => `${text.replace("export class User", "class User")}\nexport default User;\n`,
  ],
  ["exported where it is declared", (text: string) => text.replace("export class User", "export default class User")],
])("an entity that is the default export of its file, %s", async (_, edited) => {
  const code =
    'import User from "./entities/user.entity";\nimport { DataSource } from "typeorm";\ndeclare const source: DataSource;\n' +
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
  for (const typed of [{}, untyped]) {
    const after = apply(files, await planCodeEdits({ ...request(files, ["expand"], [], {}), ...typed }));
    expect(textOf(after).match(/handle: "\w"/g)).toEqual(['handle: "a"', 'handle: "c"', 'handle: "e"']);
    expect(textOf(after, "src/entities/user.entity.ts")).toContain("name: email, handle: email.toLowerCase() });");
  }
});

test.each(others)("no value is written over that of a row: %s", async (_, code) => {
  const files = withEntities(code);
  const result = await planCodeEdits(request(files, ["expand"], [], {}));
  expect(textOf(apply(files, result))).toBe(code);
});

test.each([
  ["under a condition", "...(name && { name })", "edited"],
  ["one of two", "...(name ? { name } : {})", "edited"],
  ["of what the value is computed from", "...(name && { email: name })", "required"],
  ["of a function", "...more()", "likely"],
])("a spread that may hide the value: %s", async (_, spread, expected) => {
  const code = `import type { Repository } from "typeorm";\nimport type { User } from "./entities";\ndeclare function more(): object;\nexport const make = (users: Repository<User>, name: string) => users.save({ email: "a", name, ${spread} });\n`;
  const files = withEntities(code);
  const result = await planCodeEdits(request(files, ["expand"], [], {}));
  const isEdited = textOf(apply(files, result)) !== code;
  expect(isEdited ? "edited" : result.places[0]?.kind).toBe(expected);
});

test.each(reads)("%s is a whole row", async (_, code) => {
  const files = withEntities(code);
  const result = await planCodeEdits(request(files, ["switch"], [], {}));
  expect(textOf(apply(files, result))).toContain(", handle: row.handle");
});

test.each(unrelated)("%s is none", async (_, code) => {
  const files = withEntities(code);
  expect((await planCodeEdits(request(files, ["switch"], [], {}))).changes).toEqual([]);
});
