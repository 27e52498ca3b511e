import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addField, createShop, type ShopProject, setUp } from "../support/shop-project.js";

let shop: ShopProject;
let production: pg.Client;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 20 });
  production = new pg.Client({ connectionString: shop.production });
  await production.connect();
});
afterAll(async () => {
  await production?.end();
  await shop?.dispose();
});

test("a required field of a type that Prisma's client lacks passes every phase without an edit of the code", async () => {
  shop.write(
    "prisma/schema.prisma",
    addField(shop.read("prisma/schema.prisma"), "Product", [
      "/// @lockstep.backfill(to_tsvector('english', title))",
      'search Unsupported("tsvector")',
    ]),
  );
  const dev = await shop.prisma(["migrate", "dev", "--name", "search"]);
  expect(dev.code, dev.output).toBe(0);
  expect(dev.output).toContain('after contract, only SQL can insert rows of "Product"');
  expect(await shop.drift()).toBeUndefined();
  await shop.commit("search");
  const run = async (...args: string[]) => {
    const { code, output } = await shop.lockstep(args);
    const files = (await shop.changedFiles()).map((line) => line.slice(3));
    expect(files.filter((file) => !/^(?:prisma|lockstep)\//.test(file))).toEqual([]);
    await shop.commit(args.join(" "));
    return { code, output };
  };
  await production.query(
    `INSERT INTO "Product" (sku, title, "priceCents", "updatedAt") VALUES ('p', 'Red pens', 1, now())`,
  );
  expect(await run("deploy")).toMatchObject({ code: 0 });
  expect(await shop.typeErrors()).toEqual([]);
  await production.query(
    `INSERT INTO "Product" (sku, title, "priceCents", "updatedAt") VALUES ('q', 'Blue pens', 1, now())`,
  );
  expect(await run("backfill", "run")).toMatchObject({ code: 0 });
  const { rows } = await production.query(
    `SELECT sku FROM "Product" WHERE search @@ to_tsquery('english', 'pen') ORDER BY 1`,
  );
  expect(rows).toEqual([{ sku: "p" }, { sku: "q" }]);
  const closed = await run("next");
  expect(closed.code).toBe(1);
  expect(closed.output).toContain("the client has no field for the column");
  expect(await run("next", "--confirm", "writers-aware")).toMatchObject({ code: 0 });
  expect(shop.read("prisma/schema.prisma")).toMatch(/^ +search +Unsupported\("tsvector"\)$/m);
  expect(await run("deploy")).toMatchObject({ code: 0 });
  expect(await shop.drift()).toBeUndefined();
});
