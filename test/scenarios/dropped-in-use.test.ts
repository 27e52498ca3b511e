import { mkdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunResult } from "../support/run.js";
import { createShop, type ShopProject, setUp } from "../support/shop-project.js";

// What a contract drops is still in a view or in the text of a trigger's function: named before anything is written or applied.

let shop: ShopProject;
let production: pg.Client;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 50 });
  production = new pg.Client({ connectionString: shop.production });
  await production.connect();
});
afterAll(async () => {
  await production?.end();
  await shop?.dispose();
});

async function ok(run: Promise<RunResult>) {
  const result = await run;
  expect(result.code, result.output).toBe(0);
  return result.stdout;
}
const lockstep = (...args: string[]) => shop.lockstep(args);
const edit = (from: string | RegExp, to: string) => shop.edit("prisma/schema.prisma", (text) => text.replace(from, to));
const migrate = (name: string) => ok(shop.prisma(["migrate", "dev", "--name", name]));
const confirmed = ["--confirm", "column-unused", "--confirm", "named-elsewhere"];
const tableConfirmed = ["--confirm", "table-unused", "--confirm", "named-elsewhere"];
/** A migration of the user, applied to development. */
async function byHand(name: string, sql: string) {
  const folder = `${new Date().toISOString().replace(/\D/g, "").slice(0, 14)}_${name}`;
  mkdirSync(join(shop.root, "prisma/migrations", folder), { recursive: true });
  shop.write(`prisma/migrations/${folder}/migration.sql`, sql);
  await shop.deploy(shop.development);
  await shop.commit(name);
  return folder;
}
const taking = `CREATE OR REPLACE FUNCTION log_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."name" = 'x' THEN RAISE NOTICE 'x'; END IF;
  RETURN NEW;
END $$;
`;
const leaving = taking.replace(`NEW."name"`, "NEW.email");
const write = () => production.query(`UPDATE "User" SET email = email || 'x' WHERE id = 1`);

test("a column that the repository's view selects and its trigger's function takes", async () => {
  const audit = await byHand(
    "audit",
    `CREATE VIEW names AS SELECT id, "name" FROM "User";\n${taking}CREATE TRIGGER log_user BEFORE UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION log_user();\n`,
  );
  await ok(lockstep("deploy"));
  edit("  name      String\n", "");
  await migrate("no_name");
  await shop.commit("no_name");
  await ok(lockstep("deploy"));

  const refused = await lockstep("next", ...confirmed);
  expect(refused.code, refused.output).toBe(1);
  expect(refused.output).toContain(
    `LS7033 "User"."name" cannot be dropped: the view "names" of migration ${audit} uses it.`,
  );
  expect(await shop.changedFiles()).toEqual([]);

  await byHand("no_names", `DROP VIEW names;\n`);
  await ok(lockstep("deploy"));
  const closed = await lockstep("next", ...confirmed);
  expect(closed.code, closed.output).toBe(1);
  expect(closed.output).toContain(
    `✖ "User"."name" cannot go on production: function log_user() of trigger log_user on "User" uses "User"."name", and writes of the table would fail`,
  );
  expect(await shop.changedFiles()).toEqual([]);

  // A pending migration that mends it counts.
  await byHand("log_email", leaving);
  await ok(lockstep("next", ...confirmed));
  await shop.commit("contract");

  await ok(lockstep("deploy", ...confirmed));
  await write();
  await migrate("nothing");
  expect(await shop.drift()).toBeUndefined();
});

test("a column that a function and a view take on the target alone", async () => {
  edit("  description String?\n", "");
  await migrate("no_description");
  await shop.commit("no_description");
  await ok(lockstep("deploy"));
  await ok(lockstep("next", ...confirmed));
  await shop.commit("contract");
  await production.query(`CREATE VIEW described AS SELECT description FROM "Product";
    CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.description := trim(NEW.description); RETURN NEW; END';
    CREATE TRIGGER tidy BEFORE INSERT ON "Product" FOR EACH ROW EXECUTE FUNCTION tidy()`);
  const refused = await lockstep("deploy", ...confirmed);
  expect(refused.code, refused.output).toBe(3);
  expect(refused.output).toMatch(
    /LS7027[\s\S]*✖ view described depends on "Product"\."description", which a migration drops\. The server refuses[\s\S]*✖ function tidy\(\) of trigger tidy on "Product" depends on "Product"\."description", which a migration drops\. Writes of the table would fail\./,
  );
  for (const [, sql = ""] of refused.output.matchAll(/^ +Do: (.*)$/gm)) await production.query(sql);
  await ok(lockstep("deploy", ...confirmed));
  await production.query(`INSERT INTO "Product" (sku, title, "priceCents", "updatedAt") VALUES ('a', 'a', 1, now())`);
});

test("a table that a view and a key of others need", async () => {
  const gone = /^model OrderItem \{[\s\S]*?^\}\n\n?|^ {2}(?:items|orderItems) .*\n/gm;
  edit(gone, "");
  await migrate("no_items");
  await shop.commit("no_items");
  await ok(lockstep("deploy"));
  await production.query(`CREATE VIEW quantities AS SELECT quantity FROM "OrderItem"`);
  const closed = await lockstep("next", ...tableConfirmed);
  expect(closed.code, closed.output).toBe(1);
  expect(closed.output).toContain(`✖ "OrderItem" cannot go on production: view quantities needs it`);
  await production.query(`DROP VIEW quantities`);
  await ok(lockstep("next", ...tableConfirmed));
  await shop.commit("contract");
  await production.query(`CREATE VIEW quantities AS SELECT quantity FROM "OrderItem";
    CREATE TABLE notes (item int REFERENCES "OrderItem")`);
  const refused = await lockstep("deploy", ...tableConfirmed);
  expect(refused.code, refused.output).toBe(3);
  expect(refused.output).toMatch(
    /LS7027[\s\S]*✖ foreign key \S+ on notes depends on "OrderItem", which a migration drops\./,
  );
  expect(refused.output).toContain(`✖ view quantities depends on "OrderItem", which a migration drops.`);
  for (const [, sql = ""] of refused.output.matchAll(/^ +Do: (.*)$/gm)) await production.query(sql);
  await ok(lockstep("deploy", ...tableConfirmed));
  expect((await production.query(`SELECT to_regclass('"OrderItem"') AS t`)).rows).toEqual([{ t: null }]);
});

test("drops of the user's own migrations, without a plan", async () => {
  const name = "20300101000000_by_hand";
  mkdirSync(join(shop.root, "prisma/migrations", name), { recursive: true });
  shop.write(
    `prisma/migrations/${name}/migration.sql`,
    `-- lockstep-ignore rename-column: unused\nALTER TABLE "User" RENAME COLUMN "createdAt" TO "madeAt";\n`,
  );
  await shop.commit("by hand");
  await production.query(taking.replace(`NEW."name" = 'x'`, `NEW."createdAt" IS NULL`));
  const refused = await lockstep("deploy");
  expect(refused.code, refused.output).toBe(3);
  expect(refused.output).toContain(
    `✖ function log_user() of trigger log_user on "User" depends on "User"."createdAt", which a migration renames.`,
  );
  await production.query(leaving);
  await ok(lockstep("deploy"));
  await write();
});
