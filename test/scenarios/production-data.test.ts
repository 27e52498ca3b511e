import { readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addField, addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// Data that stands against a change, on the developer's machine or in production only: no user may notice it.

let shop: ShopProject;
let development: pg.Client;
let production: pg.Client;
let schema: string;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 20 });
  schema = shop.read("prisma/schema.prisma");
  development = new pg.Client({ connectionString: shop.development });
  production = new pg.Client({ connectionString: shop.production });
  await Promise.all([development.connect(), production.connect()]);
});
afterAll(async () => {
  await Promise.all([development?.end(), production?.end()]);
  await shop?.dispose();
});

const twoOrders = `INSERT INTO "Order" ("userId", "totalCents") VALUES (2, 100), (2, 200)`;

/** `channel` on Order, and one order a user and channel. */
function addChannel(...field: readonly string[]): void {
  shop.write(
    "prisma/schema.prisma",
    addField(schema, "Order", field).replace(
      "  @@index([userId])",
      "  @@unique([userId, channel])\n  @@index([userId])",
    ),
  );
}

async function release(name: string): Promise<string> {
  const dev = await shop.prisma(["migrate", "dev", "--name", name]);
  expect(dev.code, dev.output).toBe(0);
  await shop.commit(`${name}: expand`);
  await shop.deploy(shop.production);
  return readdirSync(join(shop.root, "lockstep")).find((each) => each.endsWith(`_${name}`)) ?? "";
}

describe("a unique constraint over an old and a new column", () => {
  test.each([
    {
      name: "a fill",
      field: ["/// @lockstep.backfill('main')", "channel String"],
      says: /The fill of "Order"\."channel"/,
    },
    { name: "a default", field: [`channel String @default("main")`], says: /Remove the default of Order\.channel/ },
  ])("LS2007 while planning, before anything is written: $name", async ({ field, says }) => {
    await development.query(twoOrders);
    addChannel(...field);
    const dev = await shop.prisma(["migrate", "dev", "--name", "channel"]);
    expect(dev.code, dev.output).toBe(1);
    expect(dev.output).toContain("LS2007");
    expect(dev.output).toMatch(says);
    expect(dev.output).toMatch(/the same \("userId", "channel"\) for 2 rows: \(2, main\) for id=\d+ and id=\d+/);
    expect(await shop.changedFiles()).toEqual([" M prisma/schema.prisma"]);
    await development.query(`DELETE FROM "Order"`);
  });

  test("only production has such rows: they can be written as before, and one of them gets no value", async () => {
    await production.query(twoOrders);
    addChannel("/// @lockstep.backfill('main')", "channel String");
    const plan = await release("channel");
    await production.query(`UPDATE "Order" SET "status" = 'PAID'`);
    const run = await shop.lockstep(["backfill", "run"]);
    expect(run.code, run.output).toBe(1);
    expect(run.output).toContain("LS5006");
    expect(run.output).toMatch(/The same value is in id=\d+/);
    expect(run.output).toContain(`npx lockstep abandon ${plan}`);
    const { rows } = await production.query(`SELECT count("channel")::int AS filled FROM "Order"`);
    expect(rows).toEqual([{ filled: 1 }]);
  });
});

test("two addresses that differ in case, in production only: their rows can be written, the backfill names them", async () => {
  await production.query(
    `INSERT INTO "User" ("email", "name", "updatedAt") VALUES ('Twin@x.io', 'a', now()), ('twin@x.io', 'b', now())`,
  );
  addHandle(shop);
  const plan = await release("add_handle");
  await production.query(`UPDATE "User" SET "name" = 'written by code of before'`);
  await production.query(`UPDATE "User" SET "email" = 'Twin2@x.io' WHERE "email" = 'Twin@x.io'`);
  await production.query(`UPDATE "User" SET "email" = 'Twin@x.io' WHERE "email" = 'Twin2@x.io'`);
  const run = await shop.lockstep(["backfill", "run", plan]);
  expect(run.code, run.output).toBe(1);
  expect(run.output).toContain("The same value is in id=");
  expect(run.output).toContain(`npx lockstep abandon ${plan}`);
});
