import { readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Catalogue, readCatalogue } from "../support/catalogue.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { addField, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// Every way in which a column can get its values, in one change: one migrate dev, one backfill, one switch, one contract. Every test
// builds on the one before.

let shop: ShopProject;
let production: pg.Client;
let initial: { readonly catalogue: Catalogue; readonly schema: string };
const extra: TestDatabase[] = [];

beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 6, production: 1200 });
  production = new pg.Client({ connectionString: shop.production });
  await production.connect();
  for (const url of [shop.development, shop.production])
    await withClient(url, (client) =>
      client.query(`INSERT INTO "Order" ("userId", "totalCents") SELECT "id", "id" * 10 FROM "User"`),
    );
});
afterAll(async () => {
  await production?.end();
  await shop?.dispose();
  await Promise.all(extra.map((database) => database.drop()));
});

const userFields = [
  `/// @lockstep.backfill(CASE WHEN "id" % 2 = 0 THEN 'ADMIN' ELSE 'MEMBER' END::"Role")`,
  "role Role @default(MEMBER)",
  `token String @default(dbgenerated("gen_random_uuid()")) @db.Uuid`,
  `shareKey String? @unique @default(dbgenerated("gen_random_uuid()")) @db.Uuid`,
  "/// @lockstep.backfill(gen_random_uuid()::text)",
  "publicId String @unique @default(uuid())",
  "/// What friends call them.",
  `/// @lockstep.backfill(nullif("name", 'User 3'))`,
  "nickname String?",
  "/// @lockstep.backfill(ARRAY[lower(name)])",
  "tags String[]",
  `/// @lockstep.backfill("createdAt")`,
  "seenAt DateTime @updatedAt",
];
const orderFields = [
  `/// @lockstep.backfill("totalCents" * 0.19)`,
  "tax Decimal @default(0) @db.Decimal(10, 2)",
  "number Int @unique @default(autoincrement())",
  "reference BigInt? @default(autoincrement())",
  "before OrderStatus @default(RETURNED)",
];

async function withClient<T>(url: string, run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

const planId = () => readdirSync(join(shop.root, "lockstep"))[0] ?? "";
const one = async (sql: string) => (await production.query(sql)).rows[0] as Record<string, unknown>;

async function succeed(step: ReturnType<ShopProject["prisma"]>): Promise<string> {
  const { code, output } = await step;
  expect(code, output).toBe(0);
  return output;
}

async function expectNoDiff() {
  expect(await shop.drift()).toBeUndefined();
}

test("one migrate dev plans and applies them all", async () => {
  initial = {
    catalogue: await readCatalogue(production, { schemas: ["public"] }),
    schema: shop.read("prisma/schema.prisma"),
  };
  shop.edit("prisma/schema.prisma", (schema) =>
    `${addField(addField(schema, "User", userFields), "Order", orderFields)}\nenum Role {\n  MEMBER\n  ADMIN\n}\n`.replace(
      "  CANCELLED\n",
      "  CANCELLED\n  RETURNED\n",
    ),
  );
  const output = await succeed(shop.prisma(["migrate", "dev", "--name", "values"]));
  // The command prints the first findings.
  const review = output + shop.read(`lockstep/${planId()}/README.md`);
  for (const rule of [
    "add-column-volatile-default",
    "add-column-serial",
    "add-column-backfill",
    "add-column-not-null",
    "use-new-enum-value",
    "add-index",
  ])
    expect(review).toContain(rule);
  expect(output).not.toContain("runs unchanged");
  const schema = shop.read("prisma/schema.prisma").replaceAll(/ +/g, " ");
  for (const line of [
    "role Role? @default(MEMBER)",
    `token String? @default(dbgenerated("gen_random_uuid()")) @db.Uuid`,
    "publicId String? @unique @default(uuid())",
    "nickname String?\n",
    "tags String[]\n",
    "seenAt DateTime? @updatedAt",
    "number Int? @unique @default(autoincrement())",
    "reference BigInt? @default(autoincrement())",
    "before OrderStatus @default(RETURNED)",
  ])
    expect(schema).toContain(line);
  await expectNoDiff();
});

test("expand gives nothing to rows that exist, and every new row its value", async () => {
  await shop.commit("Add values: expand");
  const { rows: before } = await production.query(
    `SELECT pg_relation_filenode('"User"') AS "user", pg_relation_filenode('"Order"') AS "order"`,
  );
  await shop.deploy(shop.production);
  const { rows: after } = await production.query(
    `SELECT pg_relation_filenode('"User"') AS "user", pg_relation_filenode('"Order"') AS "order"`,
  );
  // Neither table was rewritten.
  expect(after).toEqual(before);
  expect(
    await one(`SELECT count("role")::int + count("token")::int + count("shareKey")::int + count("publicId")::int + count("nickname")::int
                 + count("tags")::int + count("seenAt")::int AS "filled" FROM "User"`),
  ).toEqual({ filled: 0 });
  // A build that does not know the columns, and one that writes NULL as Prisma's createMany does.
  await production.query(`INSERT INTO "User" ("email", "name", "updatedAt") VALUES ('old@example.com', 'Old', now())`);
  await production.query(
    `INSERT INTO "User" ("email", "name", "updatedAt", "role", "token") VALUES ('null@example.com', 'Null', now(), NULL, NULL)`,
  );
  const { rows } = await production.query(
    `SELECT "role", "token" IS NOT NULL AS "token", "publicId" ~ '^[0-9a-f-]{36}$' AS "publicId", "seenAt" = "createdAt" AS "seenAt",
            "nickname", "tags", "shareKey" IS NOT NULL AS "shareKey" FROM "User" WHERE "name" IN ('Old', 'Null') ORDER BY "id"`,
  );
  const common = {
    role: "MEMBER",
    token: true,
    publicId: true,
    seenAt: true,
    nickname: null,
    tags: null,
  };
  expect(rows).toEqual([
    { ...common, shareKey: true },
    { ...common, shareKey: true },
  ]);
  await production.query(`INSERT INTO "Order" ("userId", "totalCents", "number") VALUES (1, 1, NULL), (1, 2, DEFAULT)`);
  const { rows: orders } = await production.query(
    `SELECT "number", "reference", "before" FROM "Order" WHERE "totalCents" < 3`,
  );
  expect(orders).toEqual([
    { number: 1, reference: "1", before: "RETURNED" },
    { number: 2, reference: "2", before: "RETURNED" },
  ]);
});

test("one backfill fills every row that exists", async () => {
  const closed = await shop.lockstep(["next"]);
  expect(closed.code, closed.output).toBe(1);
  await production.query(`UPDATE "User" SET "nickname" = 'Chosen' WHERE "name" = 'User 7'`);
  await succeed(shop.lockstep(["backfill", "run"]));
  expect(
    await one(`SELECT count(*)::int AS "rows", count(DISTINCT "token")::int AS "token", count(DISTINCT "shareKey")::int AS "shareKey",
                 count(DISTINCT "publicId")::int AS "publicId",
                 count(*) FILTER (WHERE "role" = CASE WHEN "id" % 2 = 0 THEN 'ADMIN'::"Role" ELSE 'MEMBER' END)::int AS "role",
                 count(*) FILTER (WHERE "nickname" = "name")::int AS "nickname", count(*) FILTER (WHERE "tags" = ARRAY[lower("name")])::int AS "tags",
                 count(*) FILTER (WHERE "seenAt" = "createdAt")::int AS "seenAt"
            FROM "User" WHERE "id" <= 1200`),
  ).toEqual({
    rows: 1200,
    token: 1200,
    shareKey: 1200,
    publicId: 1200,
    role: 1200,
    nickname: 1198,
    tags: 1200,
    seenAt: 1200,
  });
  // Rows that lacked two of three columns of their pass got both.
  expect(await one(`SELECT "nickname", "tags" FROM "User" WHERE "name" = 'Old'`)).toEqual({
    nickname: "Old",
    tags: ["old"],
  });
  expect(await one(`SELECT "nickname" FROM "User" WHERE "name" = 'User 3'`)).toEqual({ nickname: null });
  expect(
    await one(
      `SELECT count(DISTINCT "number")::int AS "number", count("reference")::int AS "reference", count(*)::int AS "rows" FROM "Order"`,
    ),
  ).toEqual({
    number: 1202,
    reference: 1202,
    rows: 1202,
  });
  // NULL is a value that code may choose: the next run leaves it alone.
  await production.query(`UPDATE "User" SET "nickname" = NULL WHERE "name" = 'User 9'`);
  const again = await succeed(shop.lockstep(["backfill", "run"]));
  expect(again).toContain("no row was filled twice");
  expect(await one(`SELECT "nickname" FROM "User" WHERE "name" = 'User 9'`)).toEqual({ nickname: null });
});

test("switch and contract: the model as the user wrote it", async () => {
  await succeed(shop.lockstep(["backfill", "run", "--target", "development"]));
  await succeed(shop.lockstep(["next"]));
  await shop.commit("Add values: switch");
  // What the checklist asks for: Lockstep invents no decimals.
  shop.edit("test/serializers.test.ts", (text) =>
    text
      .replace("totalCents: 2_580,", `totalCents: 2_580,\n    tax: new Prisma.Decimal(0),\n    before: "RETURNED",`)
      .replace(
        "import { ProductResponse",
        `import { Prisma } from "../src/generated/prisma/client";\nimport { ProductResponse`,
      ),
  );
  await succeed(shop.lockstep(["next", "--confirm", "writers-aware", "--confirm", "reads-steady"]));
  await expectNoDiff();
  expect(await shop.typeErrors()).toEqual([]);
  const schema = shop.read("prisma/schema.prisma");
  expect(schema).not.toContain("@lockstep");
  expect(schema).toContain("/// What friends call them.");
  const flat = schema.replaceAll(/ +/g, " ");
  for (const field of [...userFields, ...orderFields].filter((line) => !line.startsWith("///")))
    expect(flat).toContain(field);
  for (const url of [shop.development, shop.production]) await shop.deploy(url);
  const status = await shop.lockstep(["status", "--json"]);
  expect(JSON.parse(status.stdout)).toMatchObject({ plans: [{ isDone: true }] });
});

test("the catalogue equals the one that Prisma's own migration makes on an empty database", async () => {
  const reference = await createDatabase("reference");
  extra.push(reference);
  const original = shop.read(`lockstep/${planId()}/original.sql`);
  await withClient(reference.url, async (client) => {
    await client.query(shop.read("prisma/migrations/20260301090000_init/migration.sql"));
    // A transaction of its own for the enum's value; SERIAL is NOT NULL where the model says optional: Prisma's next migration drops that.
    const [, addValue = ""] = /(ALTER TYPE "OrderStatus" ADD VALUE '\w+';)/.exec(original) ?? [];
    await client.query(addValue);
    await client.query(original.replace(addValue, ""));
    await client.query(`ALTER TABLE "Order" ALTER COLUMN "reference" DROP NOT NULL`);
  });
  const [expected, ...actual] = await Promise.all(
    [reference.url, shop.production, shop.development].map((url) =>
      withClient(url, async (client) => {
        return readCatalogue(client, { schemas: ["public"] });
      }),
    ),
  );
  const ordered = (catalogue: typeof expected) => ({
    ...catalogue,
    tables: catalogue?.tables
      .filter(({ name }) => !name.includes("_prisma_migrations"))
      .map((table) => ({
        ...table,
        columns: [...table.columns].sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1)),
      })),
  });
  for (const catalogue of actual) expect(ordered(catalogue)).toEqual(ordered(expected));
});

test("abandon takes the columns, their defaults and sequences back, in the database and in the model", async () => {
  await shop.commit("Add values: contract");
  await succeed(shop.lockstep(["abandon", planId(), "--yes"]));
  await shop.deploy(shop.production);
  const { tables, sequences, functions } = await readCatalogue(production, { schemas: ["public"] });
  expect({ tables, sequences, functions }).toEqual({
    tables: initial.catalogue.tables,
    sequences: initial.catalogue.sequences,
    functions: initial.catalogue.functions,
  });
  // What passed as it stood is the user's own to take back: the enum and its value.
  const schema = shop.read("prisma/schema.prisma");
  expect(schema.replace("\nenum Role {\n  MEMBER\n  ADMIN\n}\n", "").replace("  RETURNED\n", "")).toBe(initial.schema);
});
