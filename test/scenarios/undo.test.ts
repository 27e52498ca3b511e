import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCatalogue } from "../support/catalogue.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

let shop: ShopProject;
const files = [
  "prisma/schema.prisma",
  "prisma/seed.ts",
  "src/db.ts",
  "src/users/routes.ts",
  "src/users/service.ts",
  "test/fixtures.ts",
  "test/shop.ts",
];
const texts = () => new Map(files.map((file) => [file, shop.read(file)]));

async function catalogueOf(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const catalogue = await readCatalogue(client, { schemas: ["public"] });
  await client.end();
  return catalogue;
}

beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 10, production: 200 });
});
afterAll(() => shop?.dispose());

test("undo takes expand back: code and model byte for byte, the database by a forward migration", async () => {
  const before = texts();
  const catalogue = await catalogueOf(shop.production);
  addHandle(shop);
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(dev.code, dev.output).toBe(0);
  expect(texts()).not.toEqual(before);
  const deploy = await shop.prisma(["migrate", "deploy"], { DATABASE_URL: shop.production });
  expect(deploy.code, deploy.output).toBe(0);

  const asked = await shop.lockstep(["undo"]);
  expect(asked.code).toBe(2);
  expect(asked.output).toContain("LS8005");
  expect(asked.output).toContain(`"User"."handle" are lost`);

  const undo = await shop.lockstep(["undo", "--yes"]);
  expect(undo.code, undo.output).toBe(0);
  expect(undo.output).toContain("deploy the code first");
  expect(texts()).toEqual(before);
  for (const url of [shop.development, shop.production]) {
    const applied = await shop.prisma(["migrate", "deploy"], { DATABASE_URL: url });
    expect(applied.code, applied.output).toBe(0);
  }
  const again = await shop.prisma(["migrate", "dev", "--name", "after"]);
  expect(again.output).toContain("Already in sync");
  expect(await catalogueOf(shop.production)).toEqual(catalogue);
  expect((await shop.lockstep(["status"])).output).toContain("undone");
  const twice = await shop.lockstep([
    "undo",
    "--yes",
    (JSON.parse((await shop.lockstep(["status", "--json"])).stdout) as { plans: { plan: string }[] }).plans[0]?.plan ??
      "",
  ]);
  expect(twice.code).toBe(1);
  expect(twice.output).toContain("LS3008");
});

test("the same column can be planned again afterwards", async () => {
  await shop.commit("Undone");
  addHandle(shop);
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle_again"]);
  expect(dev.code, dev.output).toBe(0);
  expect(dev.output).toContain("4 contract");
});
