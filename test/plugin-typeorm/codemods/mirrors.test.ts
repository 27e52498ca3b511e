import { expect, test } from "vitest";
import { apply, editFor, textOf, undoOf, untyped, withEntities } from "./phases.js";

/** `User.handle` follows `lower(email)`: `«»` holds what a change gets. */
const edited = `import { DataSource, Repository } from "typeorm";
import { type Order, User } from "./entities";
declare const source: DataSource;

export async function change(users: Repository<User>, orders: Repository<Order>, email: string, id: number) {
  await users.update(id, { email« , handle: email.toLowerCase()» });
  await users.update({ id }, { name: "n" });
  await users.update(id, { email, handle: "chosen" });
  await users.save({ id, email: "New@x.io"« , handle: "new@x.io"» });
  await users.save({ id, email, name: "n"« , handle: email.toLowerCase()» });
  await users.upsert({ email, name: "n"« , handle: email.toLowerCase()» }, ["email"]);
  await source.manager.update(User, id, { email« , handle: email.toLowerCase()» });
  await source.createQueryBuilder().update(User).set({ email« , handle: email.toLowerCase()» }).where({ id }).execute();
  await orders.save({ id, totalCents: 1, user: { id, email« , handle: email.toLowerCase()» } });
  const found = await users.findOneByOrFail({ id });
  await users.save({ ...found, email« , handle: email.toLowerCase()» });
  found.email = email;«
  found.handle = found.email.toLowerCase();»
  await users.save(found);
  await users.save(users.merge(found, { email« , handle: email.toLowerCase()» }));
  await users.save(Object.assign(found, { email« , handle: email.toLowerCase()» }));
}
`;
const mirror = { follows: ["email"] };
const before = edited.replaceAll(/«[\s\S]*?»/g, "");
const after = edited.replaceAll(/« ?([\s\S]*?)»/g, "$1");

test("changes of what a mirror follows set it", async () => {
  const files = withEntities(before);
  const result = await editFor("expand", files, [], mirror);
  expect(textOf(apply(files, result)).replaceAll(/\s+/g, " ")).toBe(after.replaceAll(/\s+/g, " "));
  expect(result.places.filter(({ kind, mayLeaveOut }) => kind === "required" || mayLeaveOut)).toEqual([]);
  const again = await editFor("expand", apply(files, result), result.edits, mirror);
  expect(again.changes).toEqual([]);
  const undone = await undoOf("expand", apply(files, result), result.edits, mirror);
  expect(textOf(undone.files)).toBe(before);
});

test("without types none is overlooked", async () => {
  const files = withEntities(before);
  const { edits, places } = await editFor("expand", files, [], { ...mirror, ...untyped });
  const changes = [...edits, ...places].filter(({ file }) => file === "src/code.ts");
  expect(changes.length).toBeGreaterThanOrEqual(edited.split("«").length - 1);
});

const head = `import type { DataSource, Repository } from "typeorm";
import { User } from "./entities";
declare const source: DataSource;
declare function next(): string;
`;

test.each([
  [
    "a function of SQL",
    'users.createQueryBuilder().update().set({ email: () => "upper(email)" }).execute()',
    "required",
  ],
  ["what is computed there", "users.update(1, { email: next() })", "required"],
  ["data that is spread", "users.update(1, { ...dto })", "likely"],
  ["a part of the row", "users.update(1, part)", "likely"],
  ["data of any type", "source.manager.update(User, 1, any)", "likely"],
  ["a partial save", "users.save({ id: 1, ...dto })", "likely"],
  ["a counter", 'users.increment({ id: 1 }, "email", 1)', "required"],
  ["a statement under a condition", "(() => { if (dto.email) user.email = dto.email; })()", "required"],
  ["what is put over a row", "Object.assign(user, part)", "likely"],
  ["preload", "users.preload({ id: 1, ...part })", "likely"],
  [
    "a conflict",
    'users.createQueryBuilder().insert().values({ email: "a", name: "n" }).orUpdate(["email"], ["id"]).execute()',
    "required",
  ],
  ["SQL", 'source.query("UPDATE users SET email = $1", ["a"])', "required"],
])("what a mirror follows is changed by %s: listed", async (_, call, kind) => {
  const code = `${head}export const change = (users: Repository<User>, user: User, dto: { email: string }, part: Partial<User>, any: any) => ${call};
`;
  const { edits, places } = await editFor("expand", withEntities(code), [], mirror);
  expect(edits).toEqual([]);
  const held = places.filter((each) => each.kind === "required" || each.mayLeaveOut);
  expect(held).toEqual([expect.objectContaining({ kind, ...(kind === "likely" && { mayLeaveOut: true }) })]);
});

test.each([
  "users.update(1, dto)",
  "users.update(1, { ...dto })",
  "users.save({ ...user, ...dto })",
  "users.save(user)",
  'users.increment({ id: 1 }, "name", 1)',
  "Object.assign(user, dto)",
  'source.query("UPDATE users SET name = $1", ["a"])',
])("what changes nothing that a mirror follows is left: %s", async (call) => {
  const code = `${head}export const change = (users: Repository<User>, user: User, dto: { name: string }) => ${call};\n`;
  const { edits, places } = await editFor("expand", withEntities(code), [], mirror);
  expect(edits).toEqual([]);
  expect(places.filter((each) => each.kind === "required" || each.mayLeaveOut)).toEqual([]);
});
