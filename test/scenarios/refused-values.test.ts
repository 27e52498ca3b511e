import { readdirSync } from "node:fs";
import { join } from "node:path";
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

test("a row of production that the fill fails for: from the refused deployment to the required column", async () => {
  const insert = (cents: number, more = "") =>
    production.query(`INSERT INTO "Order" ("userId", "totalCents") VALUES (2, ${cents}) ${more}`);
  for (const cents of [0, 5, 7]) await insert(cents);
  shop.write(
    "prisma/schema.prisma",
    addField(shop.read("prisma/schema.prisma"), "Order", [
      '/// @lockstep.backfill(10000 / "totalCents")',
      "/// @lockstep.write(1)",
      "share Int",
    ]),
  );
  const dev = await shop.prisma(["migrate", "dev", "--name", "share"]);
  expect(dev.code, dev.output).toBe(0);
  await shop.commit("share");
  const plan = readdirSync(join(shop.root, "lockstep")).find((each) => each.endsWith("_share"))!;
  const fails = /The fill of "Order"\."share" fails for 1 row: division by zero: id=\d+/;

  const refused = await shop.lockstep(["deploy"]);
  expect(refused.code, refused.output).toBe(1);
  expect(refused.output).toMatch(fails);
  expect(refused.output).toContain("nothing was applied");
  expect((await shop.lockstep(["status", plan])).output).toMatch(fails);
  expect((await shop.lockstep(["doctor", "--target", "production"])).output).toMatch(fails);
  const { rows: before } = await production.query(
    `SELECT FROM pg_attribute WHERE attrelid = '"Order"'::regclass AND attname = 'share'`,
  );
  expect(before).toEqual([]);

  await production.query(`UPDATE "Order" SET "totalCents" = 4 WHERE "totalCents" = 0`);
  const expand = await shop.lockstep(["deploy"]);
  expect(expand.code, expand.output).toBe(0);
  // Code of before goes on, with rows that have no value.
  await insert(0);
  await insert(0, "ON CONFLICT DO NOTHING");
  await insert(8);
  const shares = async () =>
    (await production.query(`SELECT "totalCents" AS cents, "share" FROM "Order" ORDER BY "id"`)).rows.map(
      ({ cents, share }) => [cents, share],
    );
  expect(await shares()).toEqual([
    [4, null],
    [5, null],
    [7, null],
    [0, null],
    [0, null],
    [8, 1250],
  ]);

  const run = await shop.lockstep(["backfill", "run", plan]);
  expect(run.code, run.output).toBe(1);
  expect(run.output.match(/"Order" row id=\d+ on \S+: division by zero/g)).toHaveLength(2);
  expect(await shares()).toEqual([
    [4, 2500],
    [5, 2000],
    [7, 1428],
    [0, null],
    [0, null],
    [8, 1250],
  ]);
  const closed = await shop.lockstep(["next", plan]);
  expect(closed.code, closed.output).toBe(1);
  const said = /The backfill has no value for 2 rows: division by zero \(2 rows: id=\d+; id=\d+\)/;
  expect(closed.output).toMatch(said);
  expect(closed.output).toContain(
    `  1. Correct these rows, or give them a value.\n  2. npx lockstep backfill run ${plan}`,
  );
  expect((await shop.lockstep(["status", plan])).output).toMatch(said);

  await production.query(
    `UPDATE "Order" SET "totalCents" = 1 WHERE "id" = (SELECT min("id") FROM "Order" WHERE "totalCents" = 0)`,
  );
  await production.query(`UPDATE "Order" SET "share" = -1 WHERE "totalCents" = 0`);
  const again = await shop.lockstep(["backfill", "run", plan]);
  expect(again.code, again.output).toBe(0);
  for (const confirm of [[], ["--confirm", "writers-aware", "--confirm", "reads-steady"]]) {
    const next = await shop.lockstep(["next", plan, ...confirm]);
    expect(next.code, next.output).toBe(0);
    await shop.commit("next");
    if (confirm.length > 0) {
      // Contract is written: a row without a value would stop it.
      await insert(0);
      const status = await shop.lockstep(["status", plan]);
      expect(status.stdout).toMatch(/"Order"\."share".* lack.* a value/);
      expect(status.stdout).toContain("Next\n  1. Correct these rows");
      await production.query(`DELETE FROM "Order" WHERE "share" IS NULL`);
    }
    const deploy = await shop.lockstep(["deploy", ...confirm]);
    expect(deploy.code, deploy.output).toBe(0);
  }
  expect(await shares()).toEqual([
    [4, 2500],
    [5, 2000],
    [7, 1428],
    [1, 10_000],
    [0, -1],
    [8, 1250],
  ]);
  const { rows: after } = await production.query(
    `SELECT attnotnull AS required FROM pg_attribute WHERE attrelid = '"Order"'::regclass AND attname = 'share'`,
  );
  expect(after).toEqual([{ required: true }]);
});

test("with --allow-unfilled the column comes first, and the rows are named", async () => {
  shop.write(
    "prisma/schema.prisma",
    addField(shop.read("prisma/schema.prisma"), "Order", [
      '/// @lockstep.backfill(100 / "totalCents")',
      "/// @lockstep.write(1)",
      "part Int",
    ]),
  );
  const dev = await shop.prisma(["migrate", "dev", "--name", "part"]);
  expect(dev.code, dev.output).toBe(0);
  await shop.commit("part");
  expect((await shop.lockstep(["deploy"])).code).toBe(1);
  const deploy = await shop.lockstep(["deploy", "--allow-unfilled"]);
  expect(deploy.code, deploy.output).toBe(0);
  expect(deploy.stderr).toMatch(
    /^ {2}! production: The fill of "Order"\."part" fails for 1 row: division by zero: id=\d+/m,
  );
  expect(
    (await production.query(`SELECT "totalCents" AS cents FROM "Order" WHERE "part" IS NULL`)).rows,
  ).toContainEqual({
    cents: 0,
  });
});

test("a table or a pass in question stops no others", async () => {
  const schema = addField(shop.read("prisma/schema.prisma"), "Order", [
    '/// @lockstep.backfill("totalCents")',
    "nick Int?",
  ]);
  const lines = ["/// @lockstep.backfill(length(email))", "/// @lockstep.write(1)", "weight Int"];
  shop.write("prisma/schema.prisma", addField(schema, "User", lines));
  const dev = await shop.prisma(["migrate", "dev", "--name", "nick"]);
  expect(dev.code, dev.output).toBe(0);
  await shop.commit("nick");
  const plan = readdirSync(join(shop.root, "lockstep")).find((each) => each.endsWith("_nick"))!;
  const { backfills } = JSON.parse(shop.read(`lockstep/${plan}/plan.json`));
  // What is in question comes first.
  expect(backfills.map(({ once }: { readonly once?: boolean }) => once)).toEqual([true, undefined]);
  const deploy = await shop.lockstep(["deploy"]);
  expect(deploy.code, deploy.output).toBe(0);
  await production.query(`
    UPDATE "Order" SET "nick" = 1 WHERE "id" > (SELECT min("id") FROM "Order");
    CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER noted BEFORE UPDATE ON "Order" FOR EACH ROW EXECUTE FUNCTION noted()`);
  const unfilled = async () =>
    (await production.query(`SELECT count(*)::int AS rows FROM "User" WHERE "weight" IS NULL`)).rows[0].rows;
  for (const [options, code, exit] of [
    [[], "LS5005", 1],
    [["--allow-triggers"], "LS5009", 2],
  ] as const) {
    expect(await unfilled()).toBeGreaterThan(0);
    const run = await shop.lockstep(["backfill", "run", plan, ...options]);
    expect(run.code, run.output).toBe(exit);
    expect(run.output).toContain(code);
    expect(run.output).toMatch(/"User"\."weight"/);
    expect(await unfilled()).toBe(0);
    await production.query(
      `ALTER TABLE "User" DISABLE TRIGGER USER; UPDATE "User" SET "weight" = NULL; ALTER TABLE "User" ENABLE TRIGGER USER`,
    );
  }
  const run = await shop.lockstep(["backfill", "run", plan, "--allow-triggers", "--keep-nulls"]);
  expect(run.code, run.output).toBe(0);
});
