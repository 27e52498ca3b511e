import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planCodeEdits } from "../../../core/src/code/run/plan-edits.js";
import { planCodeUndo } from "../../../core/src/code/run/plan-undo.js";
import type { CodeIntent } from "../../../core/src/model/index.js";
import { toEntityModels } from "../../../plugin-prisma/src/schema/entities.js";
import { environment } from "../../support/run.js";
import { typeErrors } from "../../support/type-errors.js";
import { apply, single, transforms } from "./phases.js";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../../..", import.meta.url));
const bin = (name: string) => join(repository, "node_modules/.bin", name);

/** `Order.team` is new: its key, and its place in both forms of a new row. `kind` has been there. */
const schema = `generator client {
  provider = "prisma-client"
  output   = "../src/generated"
}

datasource db {
  provider = "postgresql"
}

model User {
  id     Int     @id @default(autoincrement())
  name   String
  orders Order[]
}

model Team {
  id     Int     @id @default(autoincrement())
  code   String  @unique
  orders Order[]
}

model Item {
  id      Int   @id @default(autoincrement())
  orderId Int
  order   Order @relation(fields: [orderId], references: [id])
}

model Order {
  id     Int    @id @default(autoincrement())
  userId Int
  user   User   @relation(fields: [userId], references: [id])
  teamId Int
  team   Team   @relation(fields: [teamId], references: [id])
  note   String
  items  Item[]
  slots  Slot[]
}

model Slot {
  id      Int    @id @default(autoincrement())
  orderId Int
  order   Order  @relation(fields: [orderId], references: [id])
  channel String

  @@unique([orderId, channel])
}
`;

/** Every row lacks `teamId`. `«»` stands where the edit, or the text of the place, belongs. */
const rows = `import { Prisma, type PrismaClient } from "./generated/client";

export async function write(prisma: PrismaClient, userId: number) {
  await prisma.order.create({ data: { userId, note: "a"« , teamId: 1» } });
  await prisma.order.create({ data: { userId, note: "b", items: { create: [{}] }« , teamId: 1» } });
  await prisma.order.createMany({ data: [{ userId, note: "c"« , teamId: 1» }] });
  await prisma.user.create({ data: { name: "u", orders: { create: [{ note: "d"« , teamId: 1» }] } } });
  await prisma.item.create({ data: { order: { create: { userId, note: "e"« , teamId: 1» } } } });
  await prisma.order.create({ data: { user: { connect: { id: userId } }, note: "f"‹, team: { connect: { id: 1 } }› } });
  await prisma.order.upsert({ where: { id: 1 }, update: {}, create: { user: { create: { name: "g" } }, note: "g"‹, team: { connect: { id: 1 } }› } });
  const input: Prisma.OrderCreateInput = { user: { connect: { id: 1 } }, note: "h"‹, team: { connect: { id: 1 } }› };
  const plain: Prisma.OrderUncheckedCreateInput = { userId, note: "i"« , teamId: 1» };
  await prisma.order.create({ data: { user: { connect: { id: 1 } }, note: "j", team: { connect: { id: 2 } } } });
  await prisma.team.create({ data: { code: "t", orders: { create: [{ userId, note: "k" }] } } });
  await prisma.team.update({ where: { id: 1 }, data: { orders: { createMany: { data: [{ userId, note: "l" }] } } } });
  return [input, plain];
}
`;
const before = rows.replaceAll(/«.*?»|‹.*?›/g, "");
const edited = rows.replaceAll(/« (.*?)»/g, "$1").replaceAll(/‹.*?›/g, "");
const whole = rows.replaceAll(/« (.*?)»|‹(.*?)›/g, "$1$2");

const intent: CodeIntent = { kind: "write", model: "Order", field: "teamId", value: { kind: "typescript", text: "1" } };
const request = (
  text: string,
  intents: readonly CodeIntent[],
  earlier: Parameters<typeof planCodeUndo>[0]["earlier"] = [],
) => ({
  root,
  files: single(text),
  models: toEntityModels([{ path: "schema.prisma", content: schema }]),
  intents,
  transforms,
  earlier,
});

let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lockstep-relations-"));
  for (const folder of ["prisma", "src"]) mkdirSync(join(root, folder));
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  writeFileSync(join(root, "prisma.config.ts"), 'export default { schema: "prisma/schema.prisma" };\n');
  writeFileSync(join(root, "prisma/schema.prisma"), schema);
  const options = {
    module: "esnext",
    moduleResolution: "bundler",
    target: "es2022",
    strict: true,
    skipLibCheck: true,
    types: ["node"],
  };
  writeFileSync(join(root, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["src"] }));
  const env = {
    ...environment(),
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    DATABASE_URL: "postgresql://localhost/x",
  };
  await run(bin("prisma"), ["generate"], { cwd: root, env });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Lines of `code.ts` with a type error. */
function wrongLines(text: string): number[] {
  writeFileSync(join(root, "src/code.ts"), text);
  return typeErrors(root)
    .flatMap((error) => /^src\/code\.ts\((\d+),/.exec(error)?.[1] ?? [])
    .map(Number);
}

test("a row gets the key or the relation, as it is written; what cannot be edited is listed with the exact text", async () => {
  const result = await planCodeEdits(request(before, [intent]));
  const [after] = apply(single(before), result);
  expect(after?.text.replaceAll(/\s+/g, " ")).toBe(edited.replaceAll(/\s+/g, " "));
  const listed = result.places.filter((place) => place.kind === "required");
  expect(listed.map((place) => place.reason)).toEqual(
    Array.from({ length: 3 }, () => expect.stringContaining("add `team: { connect: { id: 1 } }`")),
  );
  // With the client of contract: nothing but the listed places is wrong, and with their text nothing is.
  expect([...new Set(wrongLines(after?.text ?? ""))].sort()).toEqual(listed.map((place) => place.line).sort());
  expect(wrongLines(whole)).toEqual([]);
});

test("again it changes nothing, and undo gives the bytes back", async () => {
  const first = await planCodeEdits(request(before, [intent]));
  const after = apply(single(before), first)[0]?.text ?? "";
  expect((await planCodeEdits(request(after, [intent], first.edits))).changes).toEqual([]);
  const undone = await planCodeUndo(request(after, [intent], first.edits));
  expect(apply(single(after), undone)[0]?.text).toBe(before);
});

test("code that names a unique key which goes away is listed, a place a site", async () => {
  const leave: CodeIntent = {
    kind: "leaveUnique",
    model: "Slot",
    field: "channel",
    value: { kind: "none" },
    unique: "orderId",
  };
  const code = `import type { PrismaClient } from "./generated/client";
export async function read(prisma: PrismaClient, orderId: number) {
  await prisma.slot.findUnique({ where: { orderId } });
  await prisma.slot.update({ where: { orderId: 1 }, data: { channel: "x" } });
  await prisma.slot.upsert({ where: { orderId }, update: {}, create: { orderId, channel: "x" } });
  await prisma.order.update({ where: { id: 1 }, data: { slots: { connect: [{ orderId }], delete: { orderId } } } });
  await prisma.order.update({ where: { id: 1 }, data: { slots: { connectOrCreate: { where: { orderId }, create: { channel: "x" } } } } });
  await prisma.slot.findUnique({ where: { id: 1, orderId } });
  await prisma.slot.findUnique({ where: { orderId_channel: { orderId, channel: "x" } } });
  await prisma.slot.findFirst({ where: { orderId } });
  await prisma.slot.updateMany({ where: { orderId }, data: { channel: "y" } });
}
`;
  const result = await planCodeEdits(request(code, [leave]));
  expect(result.changes).toEqual([]);
  expect(result.places.map((place) => place.line)).toEqual([3, 4, 5, 6, 6, 7]);
  expect(result.places[0]).toMatchObject({
    kind: "required",
    reason: expect.stringContaining("finds a row by orderId"),
  });
  expect([...new Set(wrongLines(code))]).toEqual([3, 4, 5, 6, 7]);
});
