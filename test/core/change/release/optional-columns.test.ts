import { afterEach, expect, test } from "vitest";
import { CodeDesk } from "../../../support/code-desk.js";
import { planOf } from "../../../support/plan-fixture.js";

const schema = (column: string) => `generator client {
  provider = "prisma-client-js"
}

datasource db {
  provider = "postgresql"
}

model User {
  id        Int    @id @default(autoincrement())
  email     String
  name      String
  firstName String
  ${column}
}
`;

const columns = "id: z.number(), email: z.string(), name: z.string(), firstName: z.string()";
const files = {
  "src/db.ts": 'import { PrismaClient } from "@prisma/client";\nexport const db = new PrismaClient();\n',
  "src/users.ts": `import { z } from "zod";\nexport const userResponse = z.object({ ${columns} });\n`,
  "test/users.ts":
    'import type { User } from "@prisma/client";\nexport const ada: User = { id: 1, email: "A@x.com", name: "A", firstName: "A" };\n',
};

const desks: CodeDesk[] = [];
afterEach(() => {
  for (const desk of desks.splice(0)) desk.close();
});

/** What the phases of a plan make of the files, without a person. */
async function released(column: string, sql: string, write?: string) {
  const desk = CodeDesk.take({ "prisma/schema.prisma": schema(column), ...files });
  desks.push(desk);
  await desk.install();
  const fill = { kind: "backfill", sql: "lower(email)" } as const;
  const plan = await planOf({ sql, columns: { alias: { fill, ...(write && { write }) } } });
  await desk.release("expand", plan);
  const db = desk.read("src/db.ts");
  await desk.release("switch");
  await desk.code({ code: "likely", exposure: "exposed" });
  const after = { db, response: desk.read("src/users.ts"), row: desk.read("test/users.ts") };
  await desk.undo({ yes: true });
  expect([desk.read("src/db.ts"), desk.read("src/users.ts")]).toEqual([db, files["src/users.ts"]]);
  return after;
}

test.each([undefined, "slugOf(email)"])(
  "a column that stays optional: null in types and fixtures, written by %j",
  async (write) => {
    const { db, response, row } = await released("alias String?", 'ALTER TABLE "User" ADD COLUMN "alias" TEXT;', write);
    expect(db).toBe(files["src/db.ts"]);
    expect(response).toContain("alias: z.string().nullable()\n");
    expect(row).toContain('firstName: "A", alias: null }');
  },
);

test("a column that is optional until contract has its value", async () => {
  const { db, response, row } = await released("alias String", 'ALTER TABLE "User" ADD COLUMN "alias" TEXT NOT NULL;');
  expect(db).toContain("omit: { user: { alias: true } }");
  expect(response).toContain("alias: z.string()\n");
  expect(row).toContain('firstName: "A", alias: "a@x.com" }');
});
