import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addField, createShop, type ShopProject, setUp } from "../support/shop-project.js";

let shop: ShopProject;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 20 });
});
afterAll(() => shop?.dispose());

/** `prisma migrate dev`, and the migration that it wrote; undefined: none. */
async function dev(name: string) {
  const { code, output } = await shop.prisma(["migrate", "dev", "--name", name]);
  expect(code, output).toBe(0);
  const folder = readdirSync(join(shop.root, "prisma/migrations")).findLast((each) => each.endsWith(`_${name}`));
  const sql = folder === undefined ? undefined : shop.read(`prisma/migrations/${folder}/migration.sql`);
  await shop.commit(name);
  return { output, sql };
}

const byHandName = "20261111000000_by_hand";
/** Prisma reads these as plain indexes over all of their columns, and its schema has no words for what they are. */
const byHand = `CREATE INDEX "Order_status_covering" ON "Order" ("status") INCLUDE ("totalCents");
CREATE UNIQUE INDEX "Product_title_nulls_first" ON "Product" ("title" NULLS FIRST);
`;

test("an index that a person wrote in SQL stays, until the schema declares it and then drops it", async () => {
  const folder = `prisma/migrations/${byHandName}`;
  mkdirSync(join(shop.root, folder));
  shop.write(`${folder}/migration.sql`, byHand);
  await shop.commit("indexes by hand");

  shop.write("prisma/schema.prisma", addField(shop.read("prisma/schema.prisma"), "Order", ["note String?"]));
  const added = await dev("note");
  expect(added.sql).toBe('-- AlterTable\nALTER TABLE "Order" ADD COLUMN     "note" TEXT;\n');
  for (const name of ["Order_status_covering", "Product_title_nulls_first"])
    expect(added.output).toContain(
      `Left out: DROP INDEX "${name}". ${byHandName} creates it, and the Prisma schema declared it neither then nor in the last commit.`,
    );
  const nothing = await dev("nothing");
  expect(nothing.output).toContain("Already in sync");
  expect(nothing.sql).toBeUndefined();

  shop.write(
    "prisma/schema.prisma",
    addField(shop.read("prisma/schema.prisma"), "Order", [
      "/// @lockstep.backfill('web')",
      "channel String",
      '@@index([status, totalCents], map: "Order_status_covering")',
    ]),
  );
  const planned = await dev("channel");
  expect(planned.output).not.toContain("Order_status_covering");
  expect(planned.output).toContain('Left out: DROP INDEX "Product_title_nulls_first"');
  expect(planned.sql).not.toContain("DROP INDEX");

  shop.edit("prisma/schema.prisma", (text) => text.replace(/.*Order_status_covering.*\n/, ""));
  const dropped = await dev("no_index");
  expect(dropped.sql).toContain('DROP INDEX CONCURRENTLY IF EXISTS "Order_status_covering"');
  expect(dropped.sql).not.toContain("Product_title_nulls_first");
});
