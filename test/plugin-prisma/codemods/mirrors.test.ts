import { expect, test } from "vitest";
import { apply, editFor, single, undoOf, withoutTypes } from "./phases.js";

/** `User.handle` follows `lower(email)`: `«»` holds what an update gets, and each line below `listed` is a place. */
const edited = `import { Prisma, PrismaClient } from "./generated/prisma/client";
declare const prisma: PrismaClient;
const where = { id: 1 };
interface Body { email: string; nick?: string; mail?: string }

export async function change(body: Body, email: string) {
  await prisma.user.update({ where, data: { email: body.email« , handle: body.email.toLowerCase()» } });
  await prisma.user.update({ where, data: { email: "New@x.io", name: "n"« , handle: "new@x.io"» } });
  await prisma.user.update({ where, data: { email: body.mail« , handle: body.mail?.toLowerCase()» } });
  await prisma.user.updateMany({ where: { name: "n" }, data: { email« , handle: email.toLowerCase()» } });
  await prisma.user.upsert({ where, create: { email, name: "n"« , handle: email.toLowerCase()» }, update: { email« , handle: email.toLowerCase()» } });
  await prisma.order.update({ where, data: { user: { update: { email« , handle: email.toLowerCase()» } } } });
  await prisma.user.update({ where, data: { name: "n" } });
  await prisma.user.update({ where, data: { email, handle: "chosen" } });
  const data = { email, name: "n"« , handle: email.toLowerCase()» };
  await prisma.user.upsert({ where, create: data, update: data });
}
export const typed: Prisma.UserUpdateInput = { email: "A@x.io"« , handle: "a@x.io"» };
`;
const mirror = { follows: ["email"] };
const before = edited.replaceAll(/« .*?»/g, "");
const after = edited.replaceAll(/« (.*?)»/g, "$1");

test("updates of what a mirror follows set it", async () => {
  const files = single(before);
  const result = await editFor("expand", files, [], mirror);
  expect(apply(files, result)[0]?.text.replaceAll(/\s+/g, " ")).toBe(after.replaceAll(/\s+/g, " "));
  expect(result.places).toEqual([]);
  const again = await editFor("expand", apply(files, result), result.edits, mirror);
  expect(again.changes).toEqual([]);
  const undone = await undoOf("expand", apply(files, result), result.edits, mirror);
  expect(undone.files[0]?.text).toBe(before);
});

test("without types none is overlooked", async () => {
  const { edits, places } = await editFor("expand", single(before), [], { ...mirror, ...withoutTypes });
  expect(edits.length + places.length).toBeGreaterThanOrEqual(edited.split("«").length - 2);
});

test("a column that is no mirror leaves updates as they are", async () => {
  const { edits } = await editFor("expand", single(before), []);
  expect(edits.map(({ transform }) => transform)).not.toContain("update-data");
});

const head = `import type { Prisma, PrismaClient } from "./generated/prisma/client";
declare const prisma: PrismaClient;
declare const knex: any;
const where = { id: 1 };
`;

test.each([
  ["an atomic operation", "prisma.user.update({ where, data: { email: { set: email } } })", "required"],
  ["what is computed there", "prisma.user.update({ where, data: { email: next() } })", "required"],
  ["data that is spread", "prisma.user.update({ where, data: { ...dto, name: email } })", "likely"],
  ["data of an input's type", "prisma.user.update({ where, data: input })", "likely"],
  ["data of any type", "prisma.user.update({ where, data: any })", "likely"],
  ["arguments of any type", "prisma.user.updateMany(any)", "likely"],
  ["SQL", `prisma.$executeRawUnsafe('UPDATE "User" SET email = $1 WHERE id = 1', email)`, "required"],
  ["another query builder", 'knex("User").where(where).update({ email })', "required"],
  ["another query builder, of any data", 'knex("User").where(where).update(any)', "likely"],
])("what a mirror follows is changed by %s: listed", async (_, call, kind) => {
  const code = `${head}declare function next(): string;
export const change = (email: string, dto: { email: string }, input: Prisma.UserUpdateInput, any: any) => ${call};
`;
  const { edits, places } = await editFor("expand", single(code), [], mirror);
  expect(edits).toEqual([]);
  expect(places).toEqual([expect.objectContaining({ kind, ...(kind === "likely" && { mayLeaveOut: true }) })]);
});

test.each([
  "prisma.user.update({ where, data: { ...dto } })",
  "prisma.user.update({ where, data: dto })",
  "prisma.order.update({ where, data: any })",
  `prisma.$executeRawUnsafe('UPDATE "User" SET name = $1 WHERE id = 1', dto.name)`,
  'knex("User").where(where).update({ name: dto.name })',
])("what changes nothing that a mirror follows is left: %s", async (call) => {
  const code = `${head}export const change = (dto: { name: string }, any: any) => ${call};\n`;
  const { edits, places } = await editFor("expand", single(code), [], mirror);
  expect([edits, places]).toEqual([[], []]);
});
