import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addHandle, createShop, type ShopProject, seedUsers } from "../support/shop-project.js";

let shop: ShopProject;
beforeAll(async () => {
  shop = await createShop();
  await shop.npx("lockstep", ["init", "--yes", "--no-install"]);
  await shop.commit("Set up Lockstep");
  await shop.prisma(["migrate", "deploy"]);
  await shop.deploy(shop.production);
  await seedUsers(shop.development, 20);
  await seedUsers(shop.production, 3000);
});
afterAll(async () => {
  await shop?.dispose();
});

test("rehearse", async () => {
  addHandle(shop);
  const made = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  console.log(made.output.slice(-600));
  const t = Date.now();
  const done = await shop.lockstep(["rehearse", "--rows", "100000"]);
  console.log(done.output, Date.now() - t);
  console.log(readdirSync(join(shop.root, "lockstep")));
  expect(done.code).toBe(0);
}, 300_000);
