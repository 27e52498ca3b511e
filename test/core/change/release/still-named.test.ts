import { expect, test } from "vitest";
import { goneFields, stillNamed } from "../../../../core/src/change/release/still-named.js";
import type { EntityModel, Plan } from "../../../../core/src/model/index.js";

const column = (field: string, name = field) => ({ field, name, model: "User" }) as Plan["columns"][number];
const order = { name: "Order", fields: [{ name: "number" }] } as unknown as EntityModel;
const linesOf = (text: string, field = "number", name = field, models: readonly EntityModel[] = []) =>
  stillNamed([{ file: "a.ts", text }], [column(field, name)], models).map(({ line }) => line);

test.each([
  "user.number + 1",
  "user?.number",
  "const { id, number } = user;",
  "const { number: n } = user;",
  "data: { number: 1 },",
  "  number,",
  "  number!: string;",
  'pick(user, "number")',
  'user["number"]',
  "db.query(`SELECT id, number FROM users`)",
  "`UPDATE users SET number = 1`",
])("is used in: %s", (text) => {
  expect(linesOf(text)).toEqual([1]);
});

test.each([
  "const count: number = 1;",
  "function f(a: number, b: number): number {",
  "const map = new Map<string, number>();",
  "export type Id = number;",
  "// user.number",
  " * {number}",
  "user.numbers",
  "user.number_of",
  "const number = next();",
])("is not used in: %s", (text) => {
  expect(linesOf(text)).toEqual([]);
});

test("finds the column's name as well, and reports the field", () => {
  const text = "x.reviewNote\ny.other\n'review_note'";
  expect(linesOf(text, "reviewNote", "review_note")).toEqual([1, 3]);
});

test("counts a name that another model has only in files that name the model", () => {
  expect(linesOf("order.number", "number", "number", [order])).toEqual([]);
  expect(linesOf("import { User } from './user';\nuser.number", "number", "number", [order])).toEqual([2]);
});

test("finds the calls of a table's model", () => {
  const text = "prisma.order.create({})\nline.order.id\nthe.order\ngetRepository(Order)\n[User, Order]\nOrderItem";
  const gone = goneFields({
    columns: [],
    drops: [{ table: { name: "orders" }, name: "Order" }],
    state: {},
  } as unknown as Plan);
  expect(stillNamed([{ file: "a.ts", text }], gone).map(({ line }) => line)).toEqual([1, 4, 5]);
});
