import { expect, test } from "vitest";
import { relevance } from "../../../../core/src/code/sources/relevance.js";
import { shopModels } from "../../../plugin-prisma/codemods/phases.js";

const [user, order] = shopModels();
if (user === undefined || order === undefined) throw new Error("the shop has two models");
const named = (name: string) => ({ ...order, name, table: { name }, relations: [] });
const buyer = { ...order, relations: [{ name: "buyer", model: "User" }] };
const all = [{ ...user, table: { name: "users" } }, buyer, named("UserEvent"), named("AppUser"), named("Category")];
const planned = [{ model: "User", field: "handle" }];
const matters = relevance({ models: all.slice(0, 1), all, planned });

test.each([
  "import type { User } from './types';",
  "function toUsers(rows: UserRow[]) {}",
  "class CreateUserDto {}",
  "const data: Prisma.UserCreateInput = build();",
  "const event: UserEvent = of(user as User);",
  "db.user.create(data)",
  "db.user\n  .findMany()",
  "const { user: users } = db;",
  "const users = this.db.user;",
  'data: { buyer: { create: dto } }, "include": {}',
  "buyer: {\n  // made with it\n  connectOrCreate: rows }",
  'db.query(`select * from "users" where id = $1`)',
  'sql`INSERT INTO app."users" SELECT * FROM staging`',
  "const row = { email, name };",
  "export * from '@prisma/client';",
])("%j may matter to User", (text) => {
  expect(matters(text)).toBe(true);
});

test.each([
  "const agent: Username = x;",
  "class UserEventService {}",
  "const admin: AppUser = x;",
  "request.userId",
  "data: { buyer: { connect: { id } } }",
  "const email = 1;",
  "const [handle, name] = pair;",
  "import { users } from './users';",
])("%j does not", (text) => {
  expect(matters(text)).toBe(false);
});

test("a new field counts by itself only where it is looked for", () => {
  const text = "export const shown = row.handle ?? '';";
  expect(matters(text)).toBe(false);
  expect(relevance({ models: [user], planned, fields: ["handle"] })(text)).toBe(true);
});

test("columns in snake case count", () => {
  const dated = { ...user, fields: [...user.fields, { ...user.fields[1]!, name: "firstName" }] };
  expect(relevance({ models: [dated] })("{ first_name: a, email: b }")).toBe(true);
});

test("a plural that is spelled otherwise counts", () => {
  expect(relevance({ models: [named("Category")] })("class CategoriesService {}")).toBe(true);
});
