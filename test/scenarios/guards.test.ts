import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addField, addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// Ways into an outage that a reviewer found: each is refused, or goes through, with the way out named.

let shop: ShopProject;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 10, production: 50 });
});
afterAll(() => shop?.dispose());

const schema = () => shop.read("prisma/schema.prisma");
const dev = (name: string) => shop.prisma(["migrate", "dev", "--name", name]);

test("LS2062: a rename written as drop and add, with the old column as the fill", async () => {
  const before = schema();
  shop.write(
    "prisma/schema.prisma",
    addField(before.replace(/^ +name +String\n/m, ""), "User", ["/// @lockstep.backfill(name)", "fullName String"]),
  );
  const result = await dev("rename");
  expect(result.code, result.output).toBe(1);
  expect(result.output).toContain("LS2062");
  expect(result.output).toContain("npx lockstep rename User.name fullName keeps the column");
  expect(await shop.changedFiles()).toEqual([" M prisma/schema.prisma"]);
  shop.write("prisma/schema.prisma", before);
});

test("LS2014: an annotation in a model that the same change makes", async () => {
  const before = schema();
  shop.write(
    "prisma/schema.prisma",
    `${before}\nmodel Team {\n  id   Int    @id\n  /// @lockstep.backfill('none')\n  name String\n}\n`,
  );
  const result = await dev("idle");
  expect(result.code, result.output).toBe(1);
  expect(result.output).toContain("LS2014");
  expect(result.output).toContain('this change makes "Team", so it has no rows to fill');
  expect(await shop.changedFiles()).toEqual([" M prisma/schema.prisma"]);
  shop.write("prisma/schema.prisma", before);
});

test("two deployments at once: one builds the index, the other waits its turn", async () => {
  addHandle(shop);
  expect((await dev("add_handle")).code).toBe(0);
  await shop.commit("Add handle: expand");
  const client = new pg.Client({ connectionString: shop.production });
  await client.connect();
  await client.query(
    `INSERT INTO "User" ("email", "name", "updatedAt") SELECT 'More.' || n || '@Example.com', 'More', now() FROM generate_series(1, 100000) n`,
  );
  await client.end();
  const deploys = await Promise.all(
    [1, 2].map(() => shop.prisma(["migrate", "deploy"], { DATABASE_URL: shop.production })),
  );
  expect(
    deploys.map((deploy) => deploy.code),
    deploys.map((deploy) => deploy.output).join("\n"),
  ).toEqual([0, 0]);
});

test("LS2012: a later change that drops what the open plan reads; LS2013: a fill that reads what it fills", async () => {
  const before = schema();
  shop.write("prisma/schema.prisma", before.replace(/^ +email +String.*\n/m, ""));
  const dropped = await dev("drop_email");
  expect(dropped.code, dropped.output).toBe(1);
  expect(dropped.output).toContain("LS2012");
  shop.write(
    "prisma/schema.prisma",
    addField(before, "User", ["/// @lockstep.backfill(coalesce(handle, name))", "alias String"]),
  );
  const reads = await dev("alias");
  expect(reads.code, reads.output).toBe(1);
  expect(reads.output).toContain("LS2013");
  shop.write("prisma/schema.prisma", before);
  expect(await shop.changedFiles()).toEqual([]);
});

test("LS4001: an undo never takes back half of the code", async () => {
  shop.edit("src/users/service.ts", (text) => `${text}// mine\n`);
  const undo = await shop.lockstep(["undo", "--yes"]);
  expect(undo.code).toBe(1);
  expect(undo.output).toContain("LS4001");
  expect(undo.output).toContain("src/users/service.ts");
  expect(await shop.changedFiles()).toEqual([" M src/users/service.ts"]);
  shop.edit("src/users/service.ts", (text) => text.replace("// mine\n", ""));
});

test("contract waits for write sites that still leave the column out", async () => {
  expect((await shop.lockstep(["backfill", "run"])).code).toBe(0);
  expect((await shop.lockstep(["next"])).code).toBe(0);
  await shop.commit("Add handle: switch");
  const confirmed = ["next", "--confirm", "writers-aware", "--confirm", "reads-steady"];
  // The value cannot be derived here: the email is made by a call that must not run twice.
  shop.write(
    "src/users/import.ts",
    `import { randomUUID } from "node:crypto";\nimport type { PrismaClient } from "../generated/prisma/client";\n\nexport const importUser = (prisma: PrismaClient, name: string) =>\n  prisma.user.create({ data: { email: \`\${randomUUID()}@Example.com\`, name } });\n`,
  );
  const closed = await shop.lockstep(confirmed);
  expect(closed.code, closed.output).toBe(1);
  expect(closed.output).toContain("src/users/import.ts:5");
  expect(closed.output).toContain("npx lockstep code");
  shop.edit("src/users/import.ts", (text) => text.replace(", name }", ", name, handle: name }"));
  const open = await shop.lockstep(confirmed);
  expect(open.code, open.output).toBe(0);
});

test("a failed contract names the commands that get on, and they work", async () => {
  const client = new pg.Client({ connectionString: shop.production });
  await client.connect();
  await client.query(
    `ALTER TABLE "User" DISABLE TRIGGER USER; UPDATE "User" SET "handle" = NULL; ALTER TABLE "User" ENABLE TRIGGER USER`,
  );
  const production = { DATABASE_URL: shop.production };
  const failed = await shop.prisma(["migrate", "deploy"], production);
  expect(failed.code).toBe(1);
  expect(failed.output).toContain("npx lockstep backfill run");
  expect((await shop.lockstep(["backfill", "run"])).code).toBe(0);
  const { next } = JSON.parse((await shop.lockstep(["status", "--json"])).stdout).plans[0] as { next: string };
  const commands = [...next.matchAll(/npx prisma ([^&]+)/g)].map((match) => (match[1] ?? "").trim().split(" "));
  expect(commands).toHaveLength(2);
  for (const command of commands) {
    const result = await shop.prisma(command, production);
    expect(result.code, result.output).toBe(0);
  }
  const { rows } = await client.query(
    `SELECT attnotnull FROM pg_attribute WHERE attrelid = '"User"'::regclass AND attname = 'handle'`,
  );
  await client.end();
  expect(rows).toEqual([{ attnotnull: true }]);
});
