import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCatalogue } from "../support/catalogue.js";
import { createShop, type ShopProject, setUp } from "../support/shop-project.js";

// Tables that Prisma does not make itself: a migration written by hand has them, and the model names them like any other.

let shop: ShopProject;
const models = `
model Event {
  tenantId Int
  at       DateTime @db.Date
  id       BigInt
  title    String

  @@id([tenantId, at, id])
}

model Page {
  slug   String
  locale String
  title  String

  @@unique([slug, locale])
}

model Doc {
  id    BigInt @id
  title String
}
`;
const tables = `CREATE TABLE "Event" ("tenantId" INTEGER NOT NULL, "at" DATE NOT NULL, "id" BIGINT NOT NULL, "title" TEXT NOT NULL,
  CONSTRAINT "Event_pkey" PRIMARY KEY ("tenantId", "at", "id")) PARTITION BY LIST ("tenantId");
CREATE TABLE "Event_1" PARTITION OF "Event" FOR VALUES IN (1);
CREATE TABLE "Event_rest" PARTITION OF "Event" DEFAULT;
CREATE TABLE "Page" ("slug" TEXT NOT NULL, "locale" TEXT NOT NULL, "title" TEXT NOT NULL);
CREATE UNIQUE INDEX "Page_slug_locale_key" ON "Page"("slug", "locale");
CREATE TABLE "Doc" ("id" BIGINT NOT NULL, "title" TEXT NOT NULL, CONSTRAINT "Doc_pkey" PRIMARY KEY ("id"));
CREATE SCHEMA "archive"; CREATE TABLE "archive"."OldDoc" (PRIMARY KEY ("id")) INHERITS ("Doc");
`;
const rows = `INSERT INTO "Event" SELECT n % 3, date '2026-01-01' + n % 20, n, 'E' || n FROM generate_series(1, 500) n;
  INSERT INTO "Page" SELECT 'p' || n / 2, CASE n % 2 WHEN 0 THEN 'de' ELSE 'en' END, 'P' || n FROM generate_series(1, 500) n;
  INSERT INTO "Doc" SELECT n, 'D' || n FROM generate_series(1, 300) n; INSERT INTO "archive"."OldDoc" SELECT n, 'O' || n FROM generate_series(200, 500) n`;

beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 5 });
  shop.edit("prisma/schema.prisma", (schema) => schema + models);
  const create = await shop.prisma(["migrate", "dev", "--create-only", "--name", "tables"]);
  expect(create.code, create.output).toBe(0);
  const [file] = (await shop.changedFiles()).filter((line) => line.endsWith("_tables/migration.sql"));
  shop.write(file!.slice(3), tables);
  for (const url of [shop.development, shop.production]) {
    await shop.deploy(url);
    await query(url, rows);
  }
  await shop.commit("Tables");
});
afterAll(() => shop?.dispose());

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const result = await client.query<Record<string, unknown>>(sql).finally(() => client.end());
  return result.rows;
}

const addLines = (model: string, lines: string) =>
  shop.edit("prisma/schema.prisma", (schema) => schema.replace(`model ${model} {`, `model ${model} {\n${lines}`));

describe("a unique column on a partitioned table", () => {
  test("has to be unique together with the partition key", async () => {
    const before = shop.read("prisma/schema.prisma");
    addLines("Event", "  /// @lockstep.backfill(lower(title))\n  slug String @unique");
    const { code, output } = await shop.prisma(["migrate", "dev", "--name", "slug"]);
    expect(code).toBe(1);
    expect(output).toContain("LS2020");
    expect(output).toContain(
      `The unique index over "slug" does not include what "Event" is partitioned by: "tenantId".`,
    );
    shop.write("prisma/schema.prisma", before);
    expect(await shop.changedFiles()).toEqual([]);
  });
});

test("all phases, with the stock commands, on three tables at once", async () => {
  const slug = "  /// @lockstep.backfill(lower(title))\n  slug2 String";
  addLines("Event", `${slug}\n  @@unique([tenantId, at, id, slug2])\n  @@index([slug2])`);
  addLines("Page", slug);
  addLines("Doc", `${slug}\n  @@unique([slug2])`);
  const dev = await shop.prisma(["migrate", "dev", "--name", "slug"]);
  expect(dev.code, dev.output).toBe(0);
  const run = async (step: Promise<{ code: number | null; output: string }>) => {
    const { code, output } = await step;
    expect(code, output).toBe(0);
    return output;
  };
  await shop.commit("Expand");
  await run(shop.prisma(["migrate", "deploy"], { DATABASE_URL: shop.production }));
  await run(shop.lockstep(["backfill", "run"]));
  const unfilled = (table: string) => `SELECT FROM "${table}" WHERE slug2 IS DISTINCT FROM lower(title)`;
  for (const table of ["Event", "Page", "Doc"]) expect(await query(shop.production, unfilled(table))).toEqual([]);
  for (const confirmed of [[], ["--confirm", "writers-aware", "--confirm", "reads-steady"]]) {
    await run(shop.lockstep(["next", ...confirmed]));
    await shop.commit("Next phase");
    await shop.deploy(shop.production);
  }
  await shop.deploy(shop.development);
  expect((await shop.prisma(["migrate", "dev", "--name", "after"])).output).toContain("Already in sync");

  // What the plain statements make of the same tables.
  const scratch = "plain_end_state";
  await query(shop.production, `CREATE DATABASE ${scratch}`);
  const url = new URL(shop.production);
  url.pathname = `/${scratch}`;
  await query(url.toString(), tables);
  for (const table of ["Event", "Page", "Doc"])
    await query(url.toString(), `ALTER TABLE "${table}" ADD COLUMN "slug2" TEXT NOT NULL`);
  await query(
    url.toString(),
    `CREATE UNIQUE INDEX "Event_tenantId_at_id_slug2_key" ON "Event"("tenantId", "at", "id", "slug2");
     CREATE INDEX "Event_slug2_idx" ON "Event"("slug2"); CREATE UNIQUE INDEX "Doc_slug2_key" ON "Doc"("slug2")`,
  );
  const [expected, found] = await Promise.all([url.toString(), shop.production].map(catalogueOf));
  await query(shop.production, `DROP DATABASE ${scratch}`);
  expect(found).toEqual(expected);
});

async function catalogueOf(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { tables: all } = await readCatalogue(client, { schemas: ["public", "archive"] }).finally(() => client.end());
  return all.filter(({ name }) => /Event|Page|Doc/.test(name));
}
